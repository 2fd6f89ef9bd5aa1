// The part of the submission form that sends: models go ahead in pieces as soon as they're chosen, and
// the form follows with their ids when it's submitted. Without what sends pieces, they go in one.
import { keepAboutYou } from "./about_you.js";
import { answerKind } from "./answer_kind.js";
import { filled } from "./file_check.js";
import { listed, sizeText } from "./numbers.js";
import { readable } from "./file_upload.js";
import { postForm } from "./post_form.js";
import { Uploads } from "./uploads.js";

// A screen reader tells tens of percents; each single one would be a noise.
const SAID_PERCENT = 10;

// Of the page, not of the form: one that comes back with errors goes on with them.
const uploads = new Uploads();

export function sendingPart(filesOf, cardsOf) {
  return {
    sending: false,
    sent: false, // all of it: from here on canceling would promise too much
    underWay: false, // models go ahead while the form is filled in
    aheadText: "",
    pauseText: "",
    percentText: "",
    saidText: "",
    speedText: "",
    leftText: "",
    noticeText: "", // why nothing moves
    problem: "",
    retry: false,
    sentNames: "",
    request: null,
    looking: false,
    again: false, // the form was sent a second time, as the lab had lost a model

    initSending() {
      const form = this.$root;
      const address = new URL(form.dataset.uploads, window.location.href).href;
      const token = form.elements.csrf_token.value;
      uploads.serve({ address, token }, () => this.showUploads());
      window.addEventListener("beforeunload", (event) => {
        if (this.sending && !this.sent) event.preventDefault();
      });
      window.addEventListener("pageshow", (event) => event.persisted && this.stop());
      this.showUploads();
    },

    // -- ahead of the form -------------------------------------------------------------------------

    uploadChosen() {
      uploads.follow(filesOf(this.$root));
      this.showUploads();
    },

    pause() {
      if (uploads.paused) uploads.resume();
      else uploads.pause();
      this.showUploads();
    },

    showUploads() {
      if (!this.$root.isConnected) return;
      const texts = this.$root.dataset;
      cardsOf(this.$root).forEach((card, place) => {
        const one = uploads.list[place];
        card.querySelector("[data-model-upload]").textContent = one ? this.stateText(one) : "";
      });
      this.pauseText = uploads.paused ? texts.textResume : texts.textPause;
      this.underWay = Boolean(uploads.possible && uploads.under) && !this.sending;
      const { sent, total, perSecond } = uploads.progress;
      this.noticeText = uploads.paused ? texts.textPaused : this.troubleOf(uploads.under);
      this.aheadText = this.noticeText || this.speedOf(sent, total, perSecond);
      if (this.sending) this.goOn();
    },

    stateText(one) {
      const texts = this.$root.dataset;
      if (one.state === "done") return texts.textUploaded;
      if (one.state === "refused") return one.words;
      if (one.state === "moved") return filled(texts.textChanged, { name: one.file.name });
      if (one.over) return texts.textWithForm;
      if (one.trouble) return texts.textStuck;
      if (uploads.paused || one.state === "waiting") return texts.textWaits;
      const percent = Math.floor((one.sent / one.file.size) * 100);
      return filled(texts.textUploading, { percent });
    },

    // What keeps it from going on just now; it's tried again and again.
    troubleOf(one) {
      const texts = this.$root.dataset;
      if (!one?.trouble) return "";
      if (one.trouble === "portal") return texts.textPortal;
      if (one.trouble === "busy") return filled(texts.textBusy, { status: one.status });
      return (one.trouble === "later" && one.words) || texts.textNoLine;
    },

    // -- sending -----------------------------------------------------------------------------------

    begin() {
      this.problem = "";
      this.retry = false;
      this.sending = true;
      this.sent = false;
      this.again = false;
      this.sentNames = listed(filesOf(this.$root).map((file) => file.name));
      this.percentText = "";
      this.saidText = "";
      this.speedText = "";
      this.leftText = "";
      this.$refs.fields.inert = true;
      this.focusOn("progressPanel");
      uploads.follow(filesOf(this.$root));
      // What was refused before, or waits for another try, may come now.
      uploads.recheck((one) => one.state === "refused" || one.state === "moved");
      this.showUploads();
    },

    // Whenever something is new while sending: the form goes once its models are there.
    goOn() {
      if (this.request) return;
      const wrong = uploads.list.find(({ state }) => state === "refused" || state === "moved");
      if (wrong) {
        const words = this.stateText(wrong);
        this.tell(words || this.$root.dataset.textFailed, wrong.state === "refused");
      } else if (uploads.done && uploads.list.length) {
        this.postIfTheSame();
      } else if (uploads.list.some(({ state }) => state === "stale")) {
        this.post(uploads.list.map(({ id }) => id).filter(Boolean)); // for a form with a new token
      } else if (!uploads.possible || !uploads.under) {
        this.post(null);
      } else if (this.noticeText) {
        this.saidText = this.noticeText;
        this.speedText = "";
        this.leftText = "";
      } else {
        this.progress(uploads.progress);
      }
    },

    // Nobody sends an old file unknowingly. A file that is another by now says so itself; see goOn.
    async postIfTheSame() {
      if (this.looking) return;
      this.looking = true;
      const same = await uploads.lookAgain();
      this.looking = false;
      if (same && this.sending && !this.request) this.post(uploads.list.map(({ id }) => id));
    },

    post(ids) {
      this.$refs.bar.value = 0;
      this.request = postForm(this.$root, ids, {
        progress: (state) => (ids ? this.checking() : this.progress(state)),
        still: (seconds) => this.still(seconds),
        answered: (answer) => this.answered(answer),
        failed: (aborted) => this.failed(aborted),
      });
      if (ids) this.checking();
    },

    progress({ sent, total, perSecond }) {
      const { bar } = this.$refs;
      const texts = this.$root.dataset;
      if (!total) return;
      const percent = Math.floor((sent / total) * 100);
      if (percent >= 100 && this.request) {
        this.checking();
        return;
      }
      bar.value = percent;
      this.percentText = filled(texts.textPercent, { percent });
      this.saidText = filled(texts.textPercent, { percent: percent - (percent % SAID_PERCENT) });
      this.speedText = this.speedOf(sent, total, perSecond);
      const time = this.timeText((total - sent) / Math.max(1, perSecond));
      this.leftText = perSecond ? filled(texts.textLeft, { time }) : "";
    },

    checking() {
      if (this.sent) return;
      this.sent = true;
      this.$refs.progressPanel.focus();
      this.$refs.bar.removeAttribute("value");
      this.percentText = this.$root.dataset.textChecking;
      this.saidText = this.percentText;
      this.speedText = "";
      this.leftText = "";
    },

    speedOf(sent, total, perSecond) {
      return filled(this.$root.dataset.textSpeed, {
        sent: sizeText(sent),
        total: sizeText(total),
        speed: sizeText(Math.round(perSecond)),
      });
    },

    still(seconds) {
      this.leftText = filled(this.$root.dataset.textStill, { time: this.timeText(seconds) });
    },

    timeText(seconds) {
      const texts = this.$root.dataset;
      if (seconds < 90) return filled(texts.textSeconds, { count: Math.max(1, Math.ceil(seconds)) });
      return filled(texts.textMinutes, { count: Math.ceil(seconds / 60) });
    },

    // -- what comes of it --------------------------------------------------------------------------

    answered({ status, address, text, ours }) {
      const page = new DOMParser().parseFromString(text, "text/html");
      const form = page.getElementById(this.$root.id);
      if (!ours) {
        this.tell(this.wordsOfOthers(status), true);
      } else if (status === 410 && form && !this.again) {
        this.sendAgain();
      } else if (form) {
        this.showAnswer(page);
        setTimeout(() => uploads.recheck((one) => one.state !== "refused")); // with the new form's token
      } else if (status < 400 && address) {
        uploads.leaveToLab();
        keepAboutYou(this.$root);
        window.location.assign(address);
      } else {
        const said = [...page.querySelectorAll("[data-error-said]")];
        const words = said.map((element) => element.textContent.trim()).filter(Boolean);
        this.tell(words.join(" ") || this.$root.dataset.textFailed, status >= 500);
      }
    },

    // A model isn't at the lab anymore: it goes there again, and then the form.
    sendAgain() {
      this.again = true;
      this.request = null;
      this.sent = false;
      this.$refs.bar.value = 0;
      uploads.recheck();
      this.showUploads();
    },

    wordsOfOthers(status) {
      const texts = this.$root.dataset;
      const kind = answerKind(status, false);
      if (kind === "portal") return texts.textPortal;
      return filled(kind === "busy" ? texts.textBusy : texts.textBlocked, { status });
    },

    async failed(aborted) {
      const texts = this.$root.dataset;
      if (aborted) {
        this.tell(texts.textCanceled, false);
        return;
      }
      for (const file of filesOf(this.$root)) {
        if (!(await readable(file))) {
          this.tell(filled(texts.textChanged, { name: file.name }), false);
          return;
        }
      }
      this.tell(texts.textNetwork, true);
    },

    tell(message, retry) {
      this.stop();
      this.problem = message;
      this.retry = retry;
      this.focusOn("problem");
    },

    // Alpine shows an element some ticks after its data says so; a hidden one takes no focus.
    focusOn(name, frames = 30) {
      const element = this.$refs[name];
      if (element.getClientRects().length) element.focus();
      else if (frames) requestAnimationFrame(() => this.focusOn(name, frames - 1));
    },

    stop() {
      this.sending = false;
      this.request = null;
      this.$refs.fields.inert = false;
      this.$refs.bar.value = 0;
      this.showUploads();
    },

    cancel() {
      if (this.request) {
        this.request.abort();
      } else {
        uploads.pause();
        this.tell(this.$root.dataset.textCanceled, false);
      }
    },
  };
}
