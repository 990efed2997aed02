// Puts in what the event stream brings; all of the HTML is the server's.
"use strict";

const list = document.getElementById("exchanges");
const connection = document.getElementById("connection");
const announcement = document.getElementById("announcement");
const pause = document.getElementById("pause");
let last = list.dataset.last;
let source;

function connect() {
  source = new EventSource(`/events?after=${last}`);
  source.addEventListener("open", () => { connection.dataset.state = "live"; });
  source.addEventListener("error", () => { connection.dataset.state = "connecting"; });
  source.addEventListener("exchange", (event) => insert(event.data, event.lastEventId));
}

function insert(html, number) {
  last = number;
  list.insertAdjacentHTML("afterbegin", html);
  announcement.textContent = list.firstElementChild.dataset.announce;
  while (list.children.length > Number(list.dataset.limit)) list.lastElementChild.remove();
}

pause.addEventListener("click", () => {
  const paused = pause.getAttribute("aria-pressed") !== "true";
  pause.setAttribute("aria-pressed", String(paused));
  pause.textContent = paused ? "Resume" : "Pause";
  if (paused) source.close();
  connection.dataset.state = paused ? "paused" : "connecting";
  if (!paused) connect();
});

connect();

// Not there with a real key.
document.getElementById("webhook")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.currentTarget;
  const delivered = document.getElementById("delivered");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    delivered.innerHTML = await answer.text();
  } catch {
    delivered.textContent = "The sandbox does not answer: it has been stopped, or restarted at another address.";
  }
});
