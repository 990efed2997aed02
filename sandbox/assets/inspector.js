// Inserts what the event stream brings; all HTML comes from the server.
"use strict";

const list = document.getElementById("exchanges");
const connection = document.getElementById("connection");
const announcement = document.getElementById("announcement");
const pause = document.getElementById("pause");
const gone = document.getElementById("gone");
const search = document.getElementById("search");
let last = list.dataset.last;
let source;
let waiting;

// How long the sandbox may be silent before the page says that it is gone.
const PATIENCE = 2000;

function connect() {
  source = new EventSource(`/events?after=${last}`);
  source.addEventListener("open", () => show("live"));
  source.addEventListener("error", () => {
    if (connection.dataset.state === "live") show("connecting");
    // A browser gives up for good on some answers, and goes on trying after others.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, PATIENCE);
  });
  source.addEventListener("exchange", (event) => insert(event.data, event.lastEventId));
}

function show(state) {
  clearTimeout(waiting);
  if (state === "connecting") waiting = setTimeout(() => show("gone"), PATIENCE);
  connection.dataset.state = state;
  gone.hidden = state !== "gone";
}

function insert(html, number) {
  last = number;
  list.insertAdjacentHTML("afterbegin", html);
  announcement.textContent = list.firstElementChild.dataset.announce;
  while (list.children.length > Number(list.dataset.limit)) list.lastElementChild.remove();
  filter();
}

// Hides what the search does not find, and counts what search and filters leave.
function filter() {
  const wanted = search.value.toLowerCase();
  for (const item of list.children) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  const shown = [...list.children].filter((item) => item.getClientRects().length > 0).length;
  document.getElementById("count").textContent = `${shown} of ${last} shown`;
}

// Opens the request that the address names.
function openLinked() {
  const details = document.getElementById(location.hash.slice(1))?.querySelector("details");
  if (details) details.open = true;
}

function textOf(element) {
  const copy = element.cloneNode(true);
  copy.querySelectorAll("sup").forEach((number) => number.remove());
  const rows = [...copy.querySelectorAll(".row")];
  return rows.length > 0 ? rows.map((row) => row.textContent).join("\n") : copy.textContent;
}

pause.addEventListener("click", () => {
  const paused = pause.getAttribute("aria-pressed") !== "true";
  pause.setAttribute("aria-pressed", String(paused));
  pause.textContent = paused ? "Resume" : "Pause";
  if (paused) source.close();
  show(paused ? "paused" : "connecting");
  if (!paused) connect();
});

document.querySelector(".filters").addEventListener("input", filter);
document.querySelector(".filters").addEventListener("submit", (event) => event.preventDefault());
document.getElementById("clear").addEventListener("click", () => { list.replaceChildren(); filter(); });
window.addEventListener("hashchange", openLinked);

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  const { copy, copyOf } = button.dataset;
  const from = copyOf ? document.getElementById(copyOf) : button.closest("section")?.querySelector("pre");
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(copy ?? textOf(from));
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not copied: the browser does not allow it";
  }
  setTimeout(() => { button.textContent = label; }, PATIENCE);
});

show("connecting");
connect();
filter();
openLinked();

// The form is missing with real keys.
const webhook = document.getElementById("webhook");
if (webhook) {
  const { sender, url, body } = webhook.elements;
  const event = document.getElementById("event");
  const takeEvent = () => { body.value = event.selectedOptions[0]?.dataset.body ?? ""; };
  const takeSender = () => {
    for (const option of event.options) option.hidden = option.disabled = option.dataset.sender !== sender.value;
    event.value = [...event.options].find((option) => !option.disabled)?.value;
    url.placeholder = `http://127.0.0.1:8080/webhooks/${sender.value}`;
    takeEvent();
  };
  sender.addEventListener("change", takeSender);
  event.addEventListener("change", takeEvent);
  takeSender();
  webhook.addEventListener("submit", async (submit) => {
    submit.preventDefault();
    const delivered = document.getElementById("delivered");
    try {
      const answer = await fetch(webhook.action, { method: "POST", body: new URLSearchParams(new FormData(webhook)) });
      delivered.innerHTML = await answer.text();
    } catch {
      delivered.textContent = "The sandbox does not answer: it was stopped, or runs at another address.";
    }
  });
}
