// A summary before the next message, where the reader wants one when the context is full: a turn like any other, whose answer
// then stands for all that is above it. Loaded when it is first wanted.
import { gettext } from "./language.js";
import { live } from "./live.js";
import { newClientId } from "./typing.js";

// Done when the summary is there; throws when it is not, and the message stays where it is.
export async function summarise({ thread, settings, signal }) {
  const frame = { type: "message.summarise", conversation: thread.conversation, parent: thread.lastMessage, client_id: newClientId(), settings: settings().values };
  const ack = await live.send(frame, { signal });
  thread.take(ack);
  const settled = new Promise((resolve) => {
    const look = ({ target, detail }) => {
      if (target.dataset.message !== ack.assistant_message) return;
      thread.removeEventListener("tc:settled", look);
      resolve(detail.state);
    };
    thread.addEventListener("tc:settled", look);
  });
  thread.changed();
  if ((await settled) !== "finished") throw new Error(gettext("The summary was not finished. Your message was not sent; it is still here."));
}
