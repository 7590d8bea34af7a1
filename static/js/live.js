// The tab's connection, shared by all elements of the page.
import { Connection } from "./socket.js";

const scheme = location.protocol === "https:" ? "wss:" : "ws:";

export const live = new Connection(`${scheme}//${location.host}/ws/`);
