/**
 * Measures variants in turns, so that what disturbs the machine disturbs all of them: each round measures every variant
 * once, in an order that rotates. The first round warms up and is not counted.
 */
export async function interleave<Name extends string, Turn>(
  variants: Readonly<Record<Name, () => Turn | Promise<Turn>>>,
  rounds: number,
): Promise<Record<Name, Turn[]>> {
  const names = Object.keys(variants) as Name[];
  const turns = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Turn[]>;
  for (let round = 0; round <= rounds; round += 1) {
    for (let place = 0; place < names.length; place += 1) {
      const name = names[(place + round) % names.length] as Name;
      const turn = await variants[name]();
      if (round > 0) turns[name].push(turn);
    }
  }
  return turns;
}
