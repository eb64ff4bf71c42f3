-- Posts one body per request, with an Idempotency-Key that nobody used before: a case, where no other path is given.
-- Arguments after `--`: the file with a request body per line, the number of the first one (from 0), bearer token, path.
local bodies, number, token, path

function init(args)
  bodies, number, token, path = io.open(args[1], "r"), tonumber(args[2]), args[3], args[4]
  for _ = 1, number do bodies:read("*l") end
end

function request()
  local headers = {
    ["Content-Type"] = "application/json",
    ["Authorization"] = "Bearer " .. token,
    ["Idempotency-Key"] = "bench-" .. number,
  }
  number = number + 1
  return wrk.format("POST", path, headers, bodies:read("*l"))
end

function done(summary, latency)
  io.write(string.format(
    '\n{"requests":%d,"seconds":%f,"refused":%d,"broken":%d,"p50_ms":%f,"p99_ms":%f}\n',
    summary.requests, summary.duration / 1e6, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
