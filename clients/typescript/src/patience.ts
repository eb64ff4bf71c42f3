/** Asks again, with the same Idempotency-Key, where no answer came or the answer was "later". */

type Fetch = (request: Request) => Promise<Response>;

const TRIES = 5;
const FIRST_MILLISECONDS = 200;
const LONGEST_SECONDS = 30;

/**
 * Safe for commands too: whoever repeats a call under its key gets the first answer and changes nothing twice. A read has
 * nothing to double.
 */
export function patient(ask: Fetch): Fetch {
  return async (request) => {
    for (let tried = 1; ; tried++) {
      const again = tried < TRIES;
      try {
        const answer = await ask(request.clone());
        const seconds = again ? later(answer) : undefined;
        if (seconds === undefined) return answer;
        await pause(seconds * 1000, request.signal);
      } catch (error) {
        if (!again || request.signal.aborted) throw error;
        await pause(FIRST_MILLISECONDS * 2 ** (tried - 1), request.signal);
      }
    }
  };
}

/** After how many seconds the service wants to be asked again; undefined where it does not, or not soon. */
function later(answer: Response): number | undefined {
  if (answer.status < 400) return undefined;
  const said = Number(answer.headers.get("Retry-After") ?? Number.NaN);
  return said >= 0 && said <= LONGEST_SECONDS ? said : undefined;
}

/** Waits; throws the signal's reason where that comes first. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", giveUp);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", giveUp, { once: true });
  });
}
