import assert from "node:assert/strict";
import test from "node:test";
import {
  type Book,
  chosen,
  count,
  flagged,
  handed,
  heard,
  keep,
  type Kept,
  marks,
  opened,
  saveEnded,
  savedState,
  standOf,
  toHand,
  toSend,
  turned,
} from "../../src/home/paper.ts";
import { EMPTY } from "../../src/phone/draft.ts";
import { item, paper } from "./papers.ts";

const pick = (i: number) => ({ choice: [i], text: "" });
const over = (book: Book): Kept => JSON.parse(JSON.stringify(keep(book))) as Kept;

test("a choice is sent with a rev above all that the server sent, until it is acknowledged", () => {
  let book = opened(paper({ choices: [{ i: 3, rev: 17, choice: [0] }] }));
  book = chosen(book, 1, pick(2), "a");
  assert.deepEqual(toSend(book), [{ t: "save", id: "a", event: "9", round: 1, attempt: 1, i: 1, rev: 18, choice: [2] }]);
  assert.equal(savedState(book, 1, true).at, "saving");
  book = saveEnded(book, "a", undefined);
  assert.deepEqual(toSend(book), []);
  assert.equal(savedState(book, 1, true).at, "saved");
});

test("a changed choice replaces the one on its way, and a late word about that one changes nothing", () => {
  let book = chosen(chosen(opened(paper()), 1, pick(0), "a"), 1, pick(1), "b");
  assert.deepEqual(toSend(book).map(({ id, rev }) => [id, rev]), [["b", 2]]);
  book = saveEnded(book, "a", undefined);
  assert.equal(book.own[1]?.at, "waiting");
  book = saveEnded(book, "a", "question_closed");
  assert.equal(book.own[1]?.at, "waiting");
});

test("what passes by itself is sent again, what does not is told", () => {
  const book = chosen(opened(paper()), 2, pick(0), "a");
  assert.equal(saveEnded(book, "a", "database_away"), book);
  const refused = saveEnded(book, "a", "question_closed");
  assert.deepEqual(savedState(refused, 2, true), { at: "refused", why: "question_closed" });
  assert.equal(count(refused).answered, 0);
  // It may be tried again.
  assert.equal(toSend(chosen(refused, 2, pick(1), "b"))[0]?.rev, 2);
});

test("a reload in a dead spot loses nothing: choices come back with their ids and revs", () => {
  let book = saveEnded(chosen(opened(paper()), 3, pick(1), "0"), "0", undefined);
  book = flagged(turned(chosen(chosen(book, 1, pick(0), "a"), 4, pick(2), "b"), 4), 2);
  const before = toSend(book);
  // The paper as it was kept: older than what was acknowledged since.
  const again = opened(paper(), over(book));
  assert.deepEqual(toSend(again).slice(1), before);
  assert.equal(count(again).answered, 3);
  assert.equal(again.at, 4);
  assert.deepEqual(again.flags, [2]);
  assert.equal(chosen(again, 2, pick(0), "c").own[2]?.rev, 4);
});

test("of two choices the higher rev stands, with the same one the server's", () => {
  const mine = chosen(chosen(chosen(opened(paper()), 1, pick(0), "a"), 2, pick(0), "b"), 3, pick(0), "c");
  const theirs = paper({ choices: [{ i: 1, rev: 9, choice: [1] }, { i: 2, rev: 2, choice: [1] }, { i: 3, rev: 1, choice: [1] }] });
  const book = heard(mine, theirs);
  assert.deepEqual([1, 2, 3].map((i) => book.own[i]?.draft.choice), [[1], [1], [0]]);
  assert.deepEqual(toSend(book).map(({ i }) => i), [3]);
  assert.equal(chosen(book, 4, pick(0), "d").own[4]?.rev, 10);
});

test("a frame that was written before the last acknowledged choice takes nothing back", () => {
  const book = saveEnded(chosen(opened(paper()), 1, pick(2), "a"), "a", undefined);
  const old = heard(book, paper());
  assert.deepEqual(old.own[1]?.draft, pick(2));
  assert.deepEqual(toSend(old).map(({ id, rev }) => [id, rev]), [["a", 1]]); // and if it was no older word, it is stored anew
  assert.equal(heard(book, paper({ choices: [{ i: 1, rev: 1, choice: [2] }] })).own[1]?.at, "saved");
});

test("only so many messages are on their way at once as a server takes", () => {
  const n = 50;
  let book = opened(paper({ n, items: Array.from({ length: n }, (_, k) => item(k + 1)) }));
  for (let i = 1; i <= n; i++) book = chosen(book, i, pick(0), `id${i}`);
  assert.equal(toSend(book).length, 20);
  assert.equal(toSend(book)[0]?.id, "id1");
  for (let i = 1; i <= n; i++) book = saveEnded(book, `id${i}`, undefined);
  assert.equal(toSend(book).length, 0);
  assert.equal(count(book).answered, n);
});

test("an answer that is taken back is stored as none", () => {
  const book = chosen(chosen(opened(paper()), 1, pick(0), "a"), 1, EMPTY, "b");
  assert.deepEqual(toSend(book), [{ t: "save", id: "b", event: "9", round: 1, attempt: 1, i: 1, rev: 2 }]);
  assert.equal(marks(book)[0]?.answered, false);
  assert.equal(marks(book)[0]?.unsaved, true);
});

test("what is not whole is kept, not sent, and told", () => {
  const book = chosen(opened(paper({ items: [item(1, { type: "order" }), item(2), item(3), item(4)] })), 1, pick(1), "");
  assert.deepEqual(toSend(book), []);
  assert.equal(savedState(book, 1, true).at, "begun");
  assert.deepEqual(opened(paper(), over(book)).own[1]?.draft, pick(1));
});

test("a paper is handed in only when all is stored", () => {
  let book = handed(chosen(opened(paper()), 1, pick(0), "a"), "h");
  assert.equal(toHand(book), false);
  book = saveEnded(book, "a", undefined);
  assert.equal(toHand(book), true);
  assert.equal(opened(paper(), over(book)).handing, "h");
  assert.equal(toHand(heard(book, paper({ state: "submitted" }))), false);
});

test("when it ended, the server's word stands, and what had not arrived is told", () => {
  const book = chosen(chosen(opened(paper()), 1, pick(0), "a"), 2, pick(0), "b");
  const done = heard(book, paper({ state: "expired", choices: [{ i: 1, rev: 1, choice: [0] }] }));
  assert.deepEqual(done.missed, [2]);
  assert.equal(done.own[2], undefined);
  assert.equal(chosen(done, 2, pick(0), "c"), done);
});

// ---- only forward ----

const forward = (more = {}) => paper({ forward: true, at: 1, ...more });

test("forward: a confirmed answer is final, and the next question is there without the server where it may be", () => {
  let book = opened(forward());
  book = chosen(book, 1, pick(0), "");
  assert.deepEqual(standOf(book, 0), { at: "item", i: 1, deadlineMs: undefined });
  book = chosen(book, 1, pick(0), "a");
  assert.deepEqual(standOf(book, 0), { at: "item", i: 2, deadlineMs: undefined });
  book = chosen(book, 2, pick(0), "b");
  assert.deepEqual(toSend(book).map(({ id }) => id), ["a"]); // one follows the other
  book = saveEnded(book, "a", undefined);
  assert.deepEqual(toSend(book).map(({ id }) => id), ["b"]);
});

test("forward, one by one: the next question is the server's to give", () => {
  const one = { one_by_one: true, items: [item(1)] };
  const book = chosen(opened(forward(one)), 1, pick(0), "a");
  assert.deepEqual(standOf(book, 0), { at: "next" });
  assert.deepEqual(standOf(heard(book, forward({ ...one, at: 2, items: [item(1), item(2)] })), 0), { at: "item", i: 2, deadlineMs: undefined });
});

test("forward: a question out of time gives way to the next one, with a clock from then on", () => {
  const timed = forward({ seconds: 20, items: [item(1, { deadline_ms: 20_000 }), item(2), item(3), item(4)] });
  assert.deepEqual(standOf(opened(timed), 19_999), { at: "item", i: 1, deadlineMs: 20_000 });
  assert.deepEqual(standOf(opened(timed), 45_000), { at: "item", i: 3, deadlineMs: 60_000 });
  assert.deepEqual(standOf(opened(timed), 99_000), { at: "end" });
});

test("forward: a refused answer may be given anew while the server waits for it", () => {
  const refused = saveEnded(chosen(opened(forward()), 1, pick(0), "a"), "a", "no_such_question");
  assert.deepEqual(standOf(heard(refused, forward()), 0), { at: "item", i: 1, deadlineMs: undefined });
  const gone = heard(refused, forward({ at: 2 }));
  assert.equal(marks(gone)[0]?.refused, true);
});

test("survival: nothing is shown before the server has judged", () => {
  const run = forward({ mode: "survival", n: 100, items: [item(1)] });
  assert.deepEqual(standOf(chosen(opened(run), 1, pick(0), "a"), 0), { at: "next" });
});
