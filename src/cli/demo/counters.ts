import type { DemoEvent, Emit } from "./events";

export interface Counters {
  readonly agentsFound: number;
  readonly conversations: number;
  readonly resultsHome: number;
  readonly surprises: number;
}

/** Counts events while they are emitted. */
export function countEvents(emit: Emit): { emit: Emit; counters: Counters } {
  const counters = { agentsFound: 0, conversations: 0, resultsHome: 0, surprises: 0 };

  function count(event: DemoEvent): void {
    if (event.type === "peers.listed") counters.agentsFound = event.peers.length;
    if (isEndOfConversation(event)) counters.conversations += 1;
    if (event.type === "result.read") counters.resultsHome += 1;
    if (event.type === "surprise") counters.surprises += 1;
  }

  return {
    counters,
    emit(event) {
      count(event);
      emit(event);
    },
  };
}

const isEndOfConversation = ({ type }: DemoEvent): boolean =>
  type === "answered" || type === "refused" || type === "human.answered";
