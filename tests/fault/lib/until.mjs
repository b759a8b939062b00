// Waiting for a condition.

const patience = 30000;

/** Resolves with what the function answers once it is truthy; `why` is asked for the message when that takes too long. */
export async function until(ask, why = () => '') {
  for (const end = Date.now() + patience; ;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited in vain: ${ask}\n${why()}`);
    // Between two looks only; nothing depends on its length.
    await new Promise((done) => { setTimeout(done, 20); });
  }
}
