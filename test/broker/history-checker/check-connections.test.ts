import { beforeEach, describe, it } from "vitest";
import { bad, begin, good, h, reader, sender } from "../../support/history/judged";

beforeEach(begin);

describe("connections and sessions", () => {
  it("are not ended by the broker", () => {
    h.add({ type: "closed", connection: reader });
    bad("connection");
  });

  it("may open and end while the broker is being killed", () => {
    h.add({ type: "kill" });
    const late = h.connect("late", true);
    h.add({ type: "closed", connection: late });
    h.add({ type: "gone" });
    good();
    h.add({ type: "closed", connection: h.connect("late", true) });
    bad("connection");
  });

  it("end if another client connects with the same id [MQTT-3.1.4-2]", () => {
    h.accepted("reader", { present: true });
    bad("connection");
    h.add({ type: "closed", connection: reader });
    good();
  });

  it("are present if they are persistent [MQTT-3.2.2-1, -2]", () => {
    h.cut(reader);
    h.cut(h.accepted("reader"));
    bad("session present");
  });

  it("are not present after a clean session, or at first", () => {
    h.cut(reader);
    h.cut(h.accepted("reader", { clean: true }));
    h.accepted("reader", { present: true });
    bad("session present");
  });

  it("get an answer to every request", () => {
    h.publish(sender, h.message("a"));
    bad("unanswered");
    h.cut(sender);
    good();
  });
});
