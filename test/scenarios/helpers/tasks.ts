/** What the runtimes answer in: ASCII, or Chinese alone, of which the platform loses what is longer than 80 bytes. */
export type Language = "ascii" | "chinese";

const CHINESE_DIGITS = "零一二三四五六七八九";

/** The answer to a task, the same one each time: ASCII of 60 to 1,000 characters, or Chinese of 90 to 990 bytes. */
export function answerTo(task: string, language: Language): string {
  const [workspaceId = "", number = ""] = task.split(" ");
  const n = Number(number);
  if (language === "ascii")
    return `Done: ${workspaceId} ${number}. `.padEnd(60 + ((n * 97) % 940), "all well. ");
  const digits = [...number].map((digit) => CHINESE_DIGITS[Number(digit)]).join("");
  return `第${digits}项工作已完成，`.padEnd(30 + ((n * 37) % 300), "结果一切正常");
}
