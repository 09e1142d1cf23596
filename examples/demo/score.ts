import type { StoryEvent, Tell } from "./story";

export interface Score {
  readonly agentsFound: number;
  readonly conversations: number;
  readonly resultsHome: number;
  readonly surprises: number;
}

/** Counts along while the story is told. */
export function keepScore(tell: Tell): { tell: Tell; score: Score } {
  const score = { agentsFound: 0, conversations: 0, resultsHome: 0, surprises: 0 };

  function count(event: StoryEvent): void {
    if (event.type === "peers.listed") score.agentsFound = event.peers.length;
    if (event.type === "answered" || event.type === "refused") score.conversations += 1;
    if (event.type === "result.read") score.resultsHome += 1;
    if (event.type === "surprise") score.surprises += 1;
  }

  return {
    score,
    tell(event) {
      count(event);
      tell(event);
    },
  };
}
