// Saves what is typed as a draft, through the very form that the page posts without this. A report is sent by the
// form itself, but only after the server has answered such a save: without a network nothing leaves the page.
"use strict";
(function () {
  const form = document.querySelector("form[data-draft]");
  const told = document.getElementById("saved");
  const AFTER = 3000, AGAIN = 30000, PATIENCE = 15000; // milliseconds
  const words = {
    409: "Chưa lưu nháp: có một bản nháp khác hoặc kỳ báo cáo đã khóa. Bấm Lưu nháp để xem.",
    404: "Chưa lưu nháp: đường dẫn không còn hiệu lực. Hãy chép nội dung ra ngoài trước khi đóng trang.",
    413: "Chưa lưu nháp: nội dung quá dài. Hãy rút gọn.",
  };
  const NOT_SAVED = "Chưa lưu được nháp, sẽ thử lại. Nội dung vẫn còn trên trang này.";
  const NOT_SENT = "Chưa gửi được: máy chủ chưa trả lời. Nội dung vẫn còn trên trang này; xin bấm Gửi lại sau ít phút.";
  const TOO_LONG = "Chưa gửi được: nội dung quá dài. Hãy rút gọn rồi gửi lại.";
  let changed = false; // since the last save that began
  let saving = null; // the save under way
  let unsaved = false; // something is not on the server yet
  let leaving = false; // what is typed is being sent
  let sent = null; // the button whose press goes through
  let timer = 0;

  if (!form || !told || !window.fetch) return;
  const page = document.createElement("input");
  page.type = "hidden";
  page.name = "page";
  page.value = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
  form.append(page); // so that a save is never taken for another person's

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(saveWhatChanged, wait);
  }

  // Save what is typed; return the answer's status, 0 where there was none.
  function save() {
    clearTimeout(timer);
    if (saving) return saving;
    changed = false;
    let failed = false;
    const body = new URLSearchParams(new FormData(form));
    body.set("action", "save");
    const text = body.toString();
    const stop = new AbortController();
    const patience = setTimeout(() => stop.abort(), PATIENCE);
    saving = fetch(location.pathname, {
      method: "POST",
      headers: { Accept: "text/plain", "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8" },
      body: text,
      keepalive: text.length < 60000,
      signal: stop.signal,
    })
      .then(async (answer) => {
        if (answer.ok) {
          unsaved = changed;
          told.textContent = "Đã lưu nháp lúc " + (await answer.text()) + ".";
        } else if (words[answer.status]) {
          told.textContent = words[answer.status];
        } else throw new Error(String(answer.status));
        return answer.status;
      })
      .catch((error) => {
        changed = failed = true;
        told.textContent = NOT_SAVED;
        return Number(error.message) || 0;
      })
      .finally(() => {
        clearTimeout(patience);
        saving = null;
        if (changed) later(failed ? AGAIN : AFTER);
      });
    return saving;
  }

  function saveWhatChanged() {
    if (changed && !leaving) save();
  }

  form.addEventListener("input", () => {
    changed = unsaved = true;
    later(AFTER);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) saveWhatChanged();
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved && !leaving) event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // what came back from the browser's memory may have been sent
  });
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (leaving && button === sent) return; // saved: the form goes its own way
    event.preventDefault();
    if (leaving) return;
    const sends = button && button.value !== "save";
    leaving = true;
    if (saving) await saving;
    if (sends) told.textContent = "Đang gửi…";
    const status = await save();
    if (!sends && status !== 409) {
      leaving = false; // all is said in the bar; where there is another draft, the page shows it
      return;
    }
    if (status === 0 || status === 413 || status >= 500) {
      leaving = false;
      told.textContent = status === 413 ? TOO_LONG : NOT_SENT;
      return;
    }
    clearTimeout(timer);
    if (sends) told.textContent = "Đang gửi…";
    sent = button;
    setTimeout(() => (leaving = false), PATIENCE); // the person may have stopped it
    button.click();
    sent = null;
  });
})();
