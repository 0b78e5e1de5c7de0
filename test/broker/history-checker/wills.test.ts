import { beforeEach, describe, it } from "vitest";
import { bad, begin, good, h, reader, sender } from "../../support/history/judged";

beforeEach(begin);

describe("a will", () => {
  beforeEach(() => h.subscribed(reader, "will"));

  const dies = (clean = false) => {
    const will = h.message("will");
    return { will, client: h.accepted("dies", { will, clean }) };
  };

  it("is published when the connection breaks", () => {
    const { will, client } = dies();
    h.cut(client);
    bad("lost");
    h.taken(reader, will);
    good();
    h.taken(reader, will);
    bad("repeated");
  });

  it("is not published before the connection breaks, or after DISCONNECT", () => {
    const { will, client } = dies();
    h.taken(reader, will);
    bad("will");
    h.disconnected(client);
    bad("will");
  });

  it("is published when the connection is taken over, if the broker does that", () => {
    const { client } = dies();
    h.accepted("dies", { present: true });
    h.add({ type: "closed", connection: client });
    bad("lost");
    good({ willAtTakeOver: false });
  });

  it("is published after the broker was killed, if the broker does that", () => {
    const { client } = dies();
    h.killed(client, sender, reader);
    h.accepted("reader", { present: true });
    bad("lost");
    good({ willAfterKill: false });
  });

  it("may be published if the broker was killed and cannot have read the DISCONNECT", () => {
    const { will, client } = dies();
    h.add({ type: "disconnect", connection: client });
    h.killed(client, sender, reader);
    h.taken(h.accepted("reader", { present: true }), will);
    good();
  });
});
