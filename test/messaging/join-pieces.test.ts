import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resultOutcome, textMessage } from "../helpers/answer";

const text = (value: string) => ({ kind: "text", text: value });
const artifact = (...pieces: string[]) => ({ parts: pieces.map(text) });
const finished = { state: "completed" };

const textOf = (result: unknown): string => resultOutcome(result).text;
const textOfArtifact = (...pieces: string[]) =>
  textOf({ kind: "task", id: "t", status: finished, artifacts: [artifact(...pieces)] });

describe("the text parts of one artifact", () => {
  it.each<[string, string[], string]>([
    ["words", ["The total is ", "1", "0", "0", "0", " EUR."], "The total is 1000 EUR."],
    ["equal neighbours", ["ha", "ha", "ha"], "hahaha"],
    ["half words", ["Mole", "cule"], "Molecule"],
    ["sentences with their spaces", ["One. ", "Two.", " Three."], "One. Two. Three."],
    ["a number cut at its point", ["It is 3.", "14."], "It is 3.14."],
    ["a number that looks like a list item", ["It is 3.", "1. Then"], "It is 3.1. Then"],
    ["a time", ["At 10:", "30"], "At 10:30"],
    ["a lower-case word after a full stop", ["example.", "com"], "example.com"],
    ["a URL", ["https:", "//x.test"], "https://x.test"],
    ["initials", ["J.", "R.", "R. Tolkien"], "J.R.R. Tolkien"],
    ["a scope operator", ["std::", "Vector"], "std::Vector"],
    ["code inside a fence", ["```\nSystem.", "Out.print()", "\n```"], "```\nSystem.Out.print()\n```"],
    ["a hyphen", ["Is it so?", "-1"], "Is it so?-1"],
    ["empty pieces", ["a", "", "b"], "ab"],
  ])("are pieces of one text: %s", (_, pieces, expected) => {
    expect(textOfArtifact(...pieces)).toBe(expected);
  });

  it.each<[string, string[], string]>([
    [
      "a sentence after a sentence",
      ["It is done.", "The report follows."],
      "It is done.\nThe report follows.",
    ],
    ["a sentence after a question", ["Ready?", "Éclairs first!", "Yes"], "Ready?\nÉclairs first!\nYes"],
    ["a list after a colon", ["Steps:", "- one"], "Steps:\n- one"],
    ["a numbered list after a colon", ["Steps:", "1. one"], "Steps:\n1. one"],
    ["a heading", ["The end.", "## Next"], "The end.\n## Next"],
    ["a fence", ["Run this:", "```sh\nls\n```"], "Run this:\n```sh\nls\n```"],
    ["text after a closing fence", ["```sh\nls\n```", "Then wait."], "```sh\nls\n```\nThen wait."],
    ["a sentence after an empty piece", ["It is done.", "", "The report."], "It is done.\nThe report."],
  ])("are separated by a line feed where a block ends and %s begins", (_, pieces, expected) => {
    expect(textOfArtifact(...pieces)).toBe(expected);
  });

  it("are the whole text again, wherever a text of ordinary sentences is cut", () => {
    const word = fc.constantFrom(
      "The",
      "total",
      "is",
      "1000",
      "3.14",
      "e.g.",
      "EUR",
      "Yes.",
      "So:",
      "é",
      "語",
      "😀",
    );
    const sentence = fc.array(word, { minLength: 1 }).map((words) => words.join(" "));
    const sizes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1 });
    fc.assert(
      fc.property(sentence, sizes, (whole, lengths) => {
        const pieces: string[] = [];
        for (let at = 0, turn = 0; at < whole.length; turn += 1) {
          const length = lengths[turn % lengths.length] ?? 1;
          pieces.push(whole.slice(at, at + length));
          at += length;
        }
        expect(textOfArtifact(...pieces)).toBe(whole);
      }),
    );
  });

  it("lose nothing, and gain nothing but line feeds", () => {
    const piece = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom("A", "a", "1", ".", ":", "`", "~", "-", "#", " ", "\n") }),
    );
    const withoutFeeds = (value: string) => value.replaceAll("\n", "");
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const joined = textOfArtifact(...pieces);
        if (pieces.join("") !== "") expect(withoutFeeds(joined)).toBe(withoutFeeds(pieces.join("")));
      }),
      { numRuns: 1000 },
    );
  });

  it("never separate what lies between two digits", () => {
    const piece = fc.string({ unit: fc.constantFrom("1", "2", ".", ":", "9", " ") });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1 }), (pieces) => {
        expect(textOfArtifact("0", ...pieces)).toBe(["0", ...pieces].join(""));
      }),
    );
  });

  it("are joined in a time that grows with their number, not with its square", () => {
    const pieces = Array.from({ length: 50_000 }, () => "It is done.");
    expect(textOfArtifact(...pieces)).toBe(pieces.join("\n"));
  });
});

describe("the text parts of one message", () => {
  it("are all there, each on a line of its own", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (texts) => {
        expect(textOf(textMessage(...texts))).toBe(texts.join("\n"));
      }),
    );
    expect(textOf(textMessage("yes", "yes", "no", "yes"))).toBe("yes\nyes\nno\nyes");
  });
});

describe("the texts of a task", () => {
  const task = (status: unknown, ...artifacts: unknown[]) => ({ kind: "task", id: "t", status, artifacts });
  const said = (...words: string[]) => ({ ...finished, message: textMessage(...words) });

  it("are separated by line feeds, also when artifacts are equal", () => {
    expect(textOf(task(finished, artifact("yes"), artifact("yes")))).toBe("yes\nyes");
    expect(textOf(task(said("summary"), artifact("de", "tail"), artifact("more")))).toBe(
      "summary\ndetail\nmore",
    );
  });

  it("leave out a status message that equals the whole text of the artifacts", () => {
    expect(textOf(task(said("The total is 1000"), artifact("The total is ", "1000")))).toBe(
      "The total is 1000",
    );
    expect(textOf(task(said("a", "b"), artifact("a"), artifact("b")))).toBe("a\nb");
  });

  it("keep a status message that equals a part of them only", () => {
    expect(textOf(task(said("yes"), artifact("yes"), artifact("yes")))).toBe("yes\nyes\nyes");
    expect(textOf(task(said("yes"), artifact("yes "), artifact("no")))).toBe("yes\nyes \nno");
  });
});
