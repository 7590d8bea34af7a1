// Says under the header what the connection does, with the one thing that can be done about it.
import { announce, element, icon, page } from "./dom.js";
import { fill, gettext } from "./language.js";

const QUIET = 1_500; // a loss that heals within this time is not worth a word

export function showConnection(connection, { isBusy }) {
  const place = document.getElementById("banners");
  let ticking = 0;
  let lostAt = 0;

  const clear = () => {
    clearInterval(ticking);
    place.replaceChildren();
  };

  const put = (tone, sign, fact, detail, ...buttons) => {
    clear();
    const text = element("span", {}, detail);
    place.append(element("div", { class: "tc-banner", "data-tone": tone }, icon(sign), element("p", {}, element("b", {}, fact), text), ...buttons));
    return text;
  };

  const again = () => button("refresh-cw", gettext("Reconnect now"), () => connection.reconnect());
  const reload = () => button("refresh-cw", gettext("Reload"), () => location.reload());

  const home = () => button("refresh-cw", gettext("Go on in your own team"), () => location.assign(document.querySelector(".tc-brand a").href));

  const lost = () => {
    const kept = isBusy() ? gettext("The answer keeps generating on the server.") : gettext("Drafts are kept.");
    const text = put("warn", "wifi-off", gettext("Connection lost."), kept, again());
    const count = element("span", { "aria-hidden": "true" });
    text.append(" ", count);
    const tick = () => {
      const left = Math.max(0, Math.ceil((connection.status.at - Date.now()) / 1000));
      const words = connection.status.phase === "waiting" && left > 0 ? gettext("Reconnecting in %(seconds)s s, attempt %(attempt)s.") : gettext("Reconnecting, attempt %(attempt)s.");
      count.textContent = fill(words, { seconds: left, attempt: connection.status.attempt });
    };
    tick();
    ticking = setInterval(tick, 500);
  };

  const show = () => {
    const { phase } = connection.status;
    if (phase === "open") {
      if (lostAt && place.firstChild) announce(gettext("Connected again."));
      lostAt = 0;
      clear();
    } else if (phase === "offline") put("warn", "wifi-off", gettext("You are offline."), gettext("Drafts are kept. A message you send now goes out when the network is back."), again());
    else if (phase === "polling") put("info", "info", gettext("Live updates are blocked here."), gettext("This network does not let websockets through. Answers still arrive, a little later."));
    else if (phase === "signed-out") put("warn", "lock", gettext("You are signed out."), gettext("Your draft is kept in this browser."), signIn());
    else if (phase === "put-out") put("warn", "lock", gettext("You are no longer in this team."), gettext("What belongs to it is closed. Your own conversations are as they were."), home());
    else if (phase === "refused") put("bad", "shield-alert", gettext("This address is not allowed."), gettext("The server accepts live connections only from its own address."));
    else if (phase === "outdated") put("info", "info", gettext("A new version is running."), gettext("Reload the page to go on."), reload());
    else {
      lostAt ||= Date.now();
      if (Date.now() - lostAt >= QUIET || connection.status.attempt > 1) lost();
      else setTimeout(() => ["waiting", "connecting"].includes(connection.status.phase) && lostAt && connection.status.attempt && lost(), QUIET);
    }
  };

  connection.addEventListener("status", show);
  connection.addEventListener("draining", () => put("info", "info", gettext("The server restarts."), gettext("This takes a few seconds. Nothing is lost.")));
}

function button(sign, words, act) {
  const made = element("button", { type: "button", class: "btn", "data-variant": "outline", "data-size": "sm" }, icon(sign, { small: true }), words);
  made.addEventListener("click", act);
  return made;
}

function signIn() {
  const address = `${page("signIn")}?next=${encodeURIComponent(location.pathname + location.search)}`;
  return element("a", { class: "btn", "data-variant": "outline", "data-size": "sm", href: address }, gettext("Sign in"));
}
