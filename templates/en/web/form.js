// Saves what is typed as a draft, and sends it, through the very forms that the page posts without this. The page
// stays until the server has answered: a browser that loses a page loses its words.
"use strict";
(function () {
  const AFTER = 3000, SEARCH = 500, AGAIN = 30000, PATIENCE = 15000, LONG = 300000; // milliseconds
  const LONGEST = 5000; // letters of a text
  const CHOOSES = /^(tim|loc)$/; // fields that choose what is shown
  const KEPT = " Your words are still on this page.";
  const WHY = {
    0: "the server cannot be reached." + KEPT + " Please press again when you are online.",
    403: "the server does not take what this page sends." + KEPT,
    404: "the link no longer works. Copy your words elsewhere before you close the page.",
    413: "the text is too long. Shorten it and press again." + KEPT,
  };
  const BUSY = "the server is busy or has an error." + KEPT + " Please press again in a few minutes.";
  const page = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
  let form = null; // what is typed in it is saved as a draft
  let changed = false; // since the last save that began
  let unsaved = false; // something is not on the server yet
  let saving = null; // the save under way
  let sending = false;
  let timer = 0;
  let choosing = 0; // the timer of a search
  const there = new Map(); // what each field held when the page was filled, or last saved
  if (!window.fetch) return;

  function tell(text, wrong) {
    const bar = document.getElementById("saved");
    if (!bar) return;
    bar.textContent = text;
    bar.classList.toggle("fault", Boolean(wrong));
  }

  function read(text) {
    return new DOMParser().parseFromString(text, "text/html");
  }

  // Post `body`; return the answer's status, 0 where there was none, and its text.
  async function post(to, body, accept, patience) {
    const stop = new AbortController();
    const timeout = setTimeout(() => stop.abort(), patience);
    const keepalive = body instanceof URLSearchParams && body.toString().length < 60000;
    const asked = { method: "POST", headers: { Accept: accept }, body, keepalive, signal: stop.signal };
    try {
      const answer = await fetch(to.getAttribute("action") || location.pathname, asked);
      return { status: answer.status, ok: answer.ok, text: await answer.text() };
    } catch {
      return { status: 0, ok: false, text: "" };
    } finally {
      clearTimeout(timeout);
    }
  }

  function typed(action) {
    const body = new URLSearchParams(new FormData(form));
    body.set("action", action);
    body.set("page", page); // so that a save is never taken for another person's
    return body;
  }

  // Return what every field that a person fills in holds now; nothing where a box is not ticked.
  function fields() {
    const found = new Map();
    for (const one of form.elements) {
      const box = one.type === "radio" || one.type === "checkbox";
      if (!one.name || one.type === "hidden" || one.type === "submit" || CHOOSES.test(one.name)) continue;
      if (!box || one.checked) found.set(one.name, one.value);
      else if (!found.has(one.name)) found.set(one.name, "");
    }
    return found;
  }

  // Return what was changed since the last save, and what the server needs to lay it beside what others saved.
  function changes() {
    const body = new URLSearchParams({ action: "save", page, partial: "1" });
    const marks = new Map(form.elements.filled.value.split(" ").map((one) => one.split("=")));
    const filled = [];
    for (const [name, value] of fields()) {
      if (there.get(name) === value) continue;
      body.set(name, value);
      if (marks.has(name)) filled.push(name + "=" + marks.get(name));
      const entry = name.startsWith("figure.") ? name.split(".", 2).join(".") : name.slice(0, name.lastIndexOf("."));
      for (const base of [entry + ".revision", entry + ".seen"]) {
        if (form.elements[base]) body.set(base, form.elements[base].value);
      }
    }
    body.set("filled", filled.join(" "));
    return body;
  }

  function note(body) {
    for (const [name, value] of body) there.set(name, value);
  }

  function refused(what, answer) {
    const code = read(answer.text).querySelector(".aside");
    const why = answer.status === 409 ? answer.text : what + ": " + (WHY[answer.status] || BUSY);
    tell(why + (code ? " " + code.textContent : ""), true);
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(() => changed && !sending && save(), wait);
  }

  function save() {
    clearTimeout(timer);
    saving = saving || saveNow().finally(() => (saving = null));
    return saving;
  }

  async function saveNow() {
    changed = false;
    const body = changes();
    const answer = await post(form, body, "text/plain", PATIENCE);
    if (answer.ok) {
      note(body);
      saved(answer.text);
    }
    else if (answer.status === 0 || answer.status >= 500) {
      changed = true;
      tell("The draft could not be saved; it will be tried again." + KEPT, true);
      return later(AGAIN);
    } else refused("Draft not saved", answer);
    if (changed) later(AFTER);
  }

  function saved(text) {
    unsaved = changed;
    tell("Draft saved at " + text + ".");
  }

  // Put the page that the server answered with in the place of this one.
  function show(text) {
    const next = read(text);
    document.title = next.title;
    document.querySelector("main").replaceWith(document.adoptNode(next.querySelector("main")));
    start();
    document.querySelector("[autofocus]")?.focus();
  }

  // Save what is typed, then show what the search, the standing and `number` choose.
  async function go(number) {
    clearTimeout(choosing);
    if (unsaved) await save();
    if (unsaved) return;
    const asked = new URLSearchParams();
    for (const name of ["tim", "loc"]) if (form.elements[name].value.trim()) asked.set(name, form.elements[name].value);
    if (number > 1) asked.set("trang", number);
    const address = location.pathname + (asked.size ? "?" + asked : "");
    const answer = await fetch(address).catch(() => null);
    if (!answer?.ok) return tell("Not found: the server cannot be reached." + KEPT, true);
    const from = document.activeElement.id;
    const words = form.elements.tim.value;
    const page = await answer.text();
    if (changed || form.elements.tim.value !== words) return (choosing = setTimeout(go, SEARCH)); // typed meanwhile
    there.clear();
    show(page);
    history.replaceState(null, "", address);
    if (from === "tim" || from === "loc") {
      const field = document.getElementById(from);
      field.focus();
      if (from === "tim") field.setSelectionRange(words.length, words.length);
    } else document.getElementById("tim-thay").scrollIntoView();
  }

  async function send(to, button) {
    const draft = to === form;
    const action = draft ? button?.value || "save" : "send";
    const saves = action === "save";
    const what = saves ? "Draft not saved" : "Not sent";
    sending = true;
    clearTimeout(timer);
    tell(saves ? "Saving…" : "Sending…");
    if (saving) await saving; // else it could come after what is sent
    if (!draft && form && unsaved) await save();
    if (!draft && form && unsaved) return (sending = false);
    if (draft) changed = false;
    const body = !draft ? new FormData(to, button) : saves ? changes() : typed(action);
    const answer = await post(to, body, "text/plain, text/html", draft ? 2 * PATIENCE : LONG);
    sending = false;
    if (answer.ok && saves) {
      note(body);
      saved(answer.text);
    } else if (answer.ok) {
      changed = unsaved = false;
      sending = true; // until the next page is there
      location.assign(answer.text);
    } else if (answer.status === 409 || answer.status === 422) show(answer.text);
    else refused(what, answer);
    if (!answer.ok && draft) {
      unsaved = true;
      changed = answer.status !== 409; // another's draft is not written over unasked
      if (changed) later(answer.status === 422 ? AFTER : AGAIN);
    }
  }

  // Tell how many letters of a text are left, once that matters; open the fold in which a status wants a reason.
  function count(field) {
    if (field.value === "stopped") field.closest(".card").querySelector("details").open = true;
    if (field.tagName !== "TEXTAREA") return;
    const left = LONGEST - field.value.length;
    let hint = field.nextElementSibling;
    if (!hint?.matches(".left")) {
      if (left > 500) return;
      hint = document.createElement("p");
      hint.className = "facts left";
      hint.setAttribute("aria-live", "polite");
      field.after(hint);
    }
    hint.textContent = left < 0 ? -left + " characters too many." : left > 500 ? "" : left + " characters left.";
    hint.classList.toggle("fault", left < 0);
  }

  // A file that is too large is refused before a slow line has carried it.
  function tooLarge(to) {
    const field = to.querySelector("[data-largest]");
    const file = field?.files[0];
    if (!file || file.size <= field.dataset.largest) return false;
    const size = (file.size / 1e6).toFixed(1);
    tell("The file has " + size + " MB; at most " + field.dataset.largest / 1e6 + " MB are taken. Shrink its pictures or split it and choose again.", true);
    field.focus();
    return true;
  }

  // Put what the period before said into the fields that are empty.
  function copy(button) {
    const name = button.value.slice("copy:".length);
    const chosen = form.querySelectorAll('[name="' + name + '.status"]');
    if (!Array.from(chosen).some((one) => one.checked)) {
      for (const one of chosen) one.checked = one.value === button.dataset.status;
    }
    fill(name + ".percent", button.dataset.percent);
    for (const said of button.closest(".earlier").querySelectorAll("[data-field]")) {
      fill(name + "." + said.dataset.field, said.textContent);
    }
    form.dispatchEvent(new Event("input"));
    chosen[0].closest(".status").scrollIntoView({ block: "start" });
    Array.from(chosen).find((one) => one.checked)?.focus();
    tell("Copied into the empty fields of " + name.split("@")[0] + "; please change it to what is true now.");
  }

  function fill(id, text) {
    const field = document.getElementById(id);
    if (field.value.trim() || !text) return;
    field.value = text;
    const fold = field.closest("details");
    if (fold) fold.open = true;
  }

  function start() {
    form = document.querySelector("form[data-draft]");
    for (const one of document.querySelectorAll('form[method="post"]')) {
      one.addEventListener("submit", (event) => {
        event.preventDefault();
        const [what, which] = (event.submitter?.value || "").split(":");
        if (what === "copy") copy(event.submitter);
        else if (what === "go" || document.activeElement.id === "tim") go(what === "go" ? +which : 1);
        else if (!sending && !tooLarge(one)) send(one, event.submitter);
      });
    }
    if (form) for (const [name, value] of fields()) if (!there.has(name)) there.set(name, value);
    form?.addEventListener("input", (event) => {
      if (CHOOSES.test(event.target.name)) {
        clearTimeout(choosing);
        choosing = setTimeout(go, SEARCH);
        return;
      }
      count(event.target);
      changed = unsaved = true;
      later(AFTER);
    });
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden && form && changed && !sending) save();
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // what came back from the browser's memory may have been sent
  });
  start();
})();
