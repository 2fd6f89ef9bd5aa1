// Opens a job's actions in one dialog. Every opener is a link to the action's own page; the form is
// taken from there, so what the dialog shows and what works without scripts are the same.
import { forgetDialogs, forgetForm, keepRefused, keptDialog, restoreForm } from "./kept_forms.js";

function fragmentOf(text) {
  const page = new DOMParser().parseFromString(text, "text/html");
  return page.querySelector("[data-fragment]");
}

export function actionDialog() {
  return {
    done: false,

    init() {
      document.addEventListener("click", (event) => this.follow(event));
      document.addEventListener("submit", (event) => this.ask(event));
      this.$refs.dialog.addEventListener("submit", (event) => this.send(event));
      // Before it's hidden, and not only once it is: a reload at once would open it again.
      this.$refs.dialog.addEventListener("cancel", forgetDialogs);
      const kept = keptDialog();
      if (kept) this.load(this.$root, kept, forgetDialogs);
    },

    // A form that only asks for another form, such as the one of the ticked jobs.
    ask(event) {
      const form = event.target;
      const here = form.matches("[data-dialog]") || this.$refs.dialog.contains(form);
      if (!here || form.method !== "get" || event.defaultPrevented) return;
      event.preventDefault();
      const asked = new URLSearchParams(new FormData(form, event.submitter));
      this.load(event.submitter || form, `${form.getAttribute("action")}?${asked}`);
    },

    follow(event) {
      const closer = event.target.closest("[data-close]");
      if (closer && this.$refs.dialog.contains(closer)) {
        event.preventDefault();
        this.close();
        return;
      }
      const opener = event.target.closest("a[data-dialog]");
      const special = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
      if (!opener || special || event.button !== 0) return;
      event.preventDefault();
      this.load(opener, opener.href);
    },

    // Where no form comes, the browser goes to the address; `otherwise` is done instead.
    async load(opener, address, otherwise) {
      if (opener.ariaBusy === "true") return;
      opener.ariaBusy = "true";
      try {
        const answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
        const fragment = fragmentOf(await answer.text());
        if (!fragment || (otherwise && !answer.ok)) throw new Error("the page holds no form");
        fragment.dataset.address = address;
        this.show(fragment);
        setTimeout(() => fragment.querySelectorAll("form").forEach(restoreForm)); // its scripts run by then
      } catch {
        if (otherwise) otherwise();
        else window.location.assign(address);
      } finally {
        opener.ariaBusy = "false";
      }
    },

    show(fragment) {
      const dialog = this.$refs.dialog;
      this.done ||= "done" in fragment.dataset;
      dialog.classList.toggle("dialog-wide", "wide" in fragment.dataset);
      this.$refs.content.replaceChildren(fragment);
      if (!dialog.open) dialog.showModal();
      this.$refs.content.scrollTop = 0;
      const first =
        fragment.querySelector("[data-summary]:not([hidden])") ||
        fragment.querySelector("[autofocus]") ||
        fragment.querySelector("input:not([type=hidden]), select, textarea") ||
        fragment.querySelector("button[type=submit], a.button");
      if (first) first.focus();
      if (first && first.select && first.type === "text") first.select();
    },

    async send(event) {
      const form = event.target;
      // Read as attributes: a field named "method" or "action" hides the form's own property.
      if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
      event.preventDefault();
      for (const notice of form.querySelectorAll("[data-lost], [data-signed-out]")) notice.hidden = true;
      try {
        let answer = await this.post(form, event.submitter);
        // Signed in again meanwhile: the form needs the new session's token.
        if ([401, 403].includes(answer.status) && (await this.renew(form))) {
          answer = await this.post(form, event.submitter);
        }
        if (answer.status === 401) {
          this.sayAgain(form, "[data-signed-out]");
          return;
        }
        if (answer.type === "opaqueredirect" || answer.redirected) {
          forgetForm(form);
          window.location.reload();
          return;
        }
        const fragment = fragmentOf(await answer.text());
        if (!fragment) throw new Error("the answer holds nothing to show");
        const address = form.closest("[data-fragment]")?.dataset.address;
        if (answer.ok) forgetForm(form);
        if (address) fragment.dataset.address = address;
        this.show(fragment);
        if (!answer.ok) fragment.querySelectorAll("form").forEach(keepRefused);
      } catch {
        this.sayAgain(form, "[data-lost]");
      }
    },

    post(form, submitter) {
      const body = new URLSearchParams(new FormData(form, submitter));
      const headers = { "X-Requested-With": "fetch" };
      return fetch(form.getAttribute("action"), { method: "POST", body, headers, redirect: "manual" });
    },

    // Put the token of this moment into the form; false if nobody is signed in.
    async renew(form) {
      const headers = { "X-Requested-With": "fetch" };
      const answer = await fetch(form.getAttribute("action"), { headers });
      const fragment = answer.redirected ? null : fragmentOf(await answer.text());
      const token = fragment && fragment.querySelector("[name=csrf_token]");
      if (!token) return false;
      form.querySelector("[name=csrf_token]").value = token.value;
      return true;
    },

    // The connection dropped, or the session ended: nothing typed is lost, it can be sent again.
    sayAgain(form, which) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = false;
      const notice = form.querySelector(which);
      if (notice) {
        notice.hidden = false;
        notice.focus();
      }
    },

    close() {
      forgetDialogs();
      this.$refs.dialog.close();
    },

    // What was done shows in the page behind, too.
    emptied() {
      forgetDialogs();
      this.$refs.content.replaceChildren();
      if (this.done) window.location.reload();
    },
  };
}
