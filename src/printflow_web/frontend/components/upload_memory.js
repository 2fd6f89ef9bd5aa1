// Which uploads were begun from this tab, so that a page that is loaded again goes on with them. As
// with the form's draft, they are gone with the tab: their addresses are secrets. In the shape in which
// tus-js-client asks for it.
const PREFIX = "printflow.upload::";

function entries() {
  const found = [];
  for (let place = 0; place < sessionStorage.length; place += 1) {
    const key = sessionStorage.key(place);
    if (!key.startsWith(PREFIX)) continue;
    try {
      found.push({ ...JSON.parse(sessionStorage.getItem(key)), urlStorageKey: key });
    } catch {
      sessionStorage.removeItem(key);
    }
  }
  return found;
}

function tried(action, otherwise) {
  try {
    return action();
  } catch {
    return otherwise; // switched off, or full: nothing is gone on with after a reload
  }
}

export const uploadMemory = {
  async findAllUploads() {
    return tried(entries, []);
  },
  async findUploadsByFingerprint(fingerprint) {
    return tried(() => entries().filter((one) => one.fingerprint === fingerprint), []);
  },
  async removeUpload(key) {
    tried(() => sessionStorage.removeItem(key));
  },
  async addUpload(fingerprint, upload) {
    const key = `${PREFIX}${upload.uploadUrl}`;
    tried(() => sessionStorage.setItem(key, JSON.stringify({ ...upload, fingerprint })));
    return key;
  },
};

// Whether something of a file of that name was sent already.
export function remembered(name) {
  return tried(() => entries().some(({ metadata }) => metadata.filename === name), false);
}
