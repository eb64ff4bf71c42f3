/** Repeats a request, with the same Idempotency-Key, where no response came or it has a Retry-After. */

type Fetch = (request: Request) => Promise<Response>;

const MAX_ATTEMPTS = 5;
const FIRST_MILLISECONDS = 200;
const MAX_SECONDS = 30;

/**
 * The fetch with retries. They are safe for commands too: a request that is repeated with its key gets the first response
 * and has no further effect.
 */
export function withRetries(send: Fetch): Fetch {
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      const mayRetry = attempt < MAX_ATTEMPTS;
      try {
        const response = await send(request.clone());
        const seconds = mayRetry ? retryAfter(response) : undefined;
        if (seconds === undefined) return response;
        await pause(seconds * 1000, request.signal);
      } catch (error) {
        if (!mayRetry || request.signal.aborted) throw error;
        await pause(FIRST_MILLISECONDS * 2 ** (attempt - 1), request.signal);
      }
    }
  };
}

/** The seconds of Retry-After; undefined where there are none, or more than MAX_SECONDS. */
function retryAfter(response: Response): number | undefined {
  if (response.status < 400) return undefined;
  const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
  return seconds >= 0 && seconds <= MAX_SECONDS ? seconds : undefined;
}

/** Waits so many milliseconds. Throws the signal's reason where it is aborted first. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
