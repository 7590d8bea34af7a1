// States of a run to which text may still come.
export const LIVE = ["queued", "running"];
