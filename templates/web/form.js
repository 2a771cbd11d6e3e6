// Saves what is typed as a draft, through the very form that the page posts without this. It never sends a report.
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
  let changed = false; // since the last save that began
  let saving = null; // the save under way
  let unsaved = false; // something is not on the server yet
  let leaving = false; // a button of the form was pressed
  let timer = 0;

  if (!form || !told || !window.fetch) return;
  const page = document.createElement("input");
  page.type = "hidden";
  page.name = "page";
  page.value = Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
  form.append(page); // so that a save is never taken for another person's

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  function save() {
    clearTimeout(timer);
    if (!changed || saving || leaving) return;
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
      })
      .catch(() => {
        changed = failed = true;
        told.textContent = "Chưa lưu được nháp, sẽ thử lại. Nội dung vẫn còn trên trang này.";
      })
      .finally(() => {
        clearTimeout(patience);
        saving = null;
        if (changed) later(failed ? AGAIN : AFTER);
      });
  }

  form.addEventListener("input", () => {
    changed = unsaved = true;
    later(AFTER);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) save();
  });
  addEventListener("beforeunload", (event) => {
    if (unsaved && !leaving) event.preventDefault();
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload(); // what came back from the browser's memory may have been sent
  });
  form.addEventListener("submit", (event) => {
    if (leaving) return event.preventDefault();
    leaving = true;
    clearTimeout(timer);
    if (!saving) {
      setTimeout(() => (leaving = false), PATIENCE); // the person may have stopped it
      return;
    }
    const button = event.submitter;
    event.preventDefault(); // the save under way ends first, else it could come after what is sent
    told.textContent = "Đang gửi…";
    saving.finally(() => {
      leaving = false;
      if (button) button.click();
      else form.submit();
    });
  });
})();
