-- Creates one case per request: each with an order, a line and an Idempotency-Key that nobody used before.
-- Arguments after `--`: first order number, bearer token.
local number, token

function init(args)
  number, token = tonumber(args[1]), args[2]
end

function request()
  local order = string.format("ord_bench%07d", number)
  local body = string.format(
    '{"order_id":"%s","type":"return_refund","reason":"quality_defect","description":"漏水","lines":[{"line_id":"line_%s","quantity":2}],"evidence":[]}',
    order, order)
  local headers = {
    ["Content-Type"] = "application/json",
    ["Authorization"] = "Bearer " .. token,
    ["Idempotency-Key"] = "bench-" .. number,
  }
  number = number + 1
  return wrk.format("POST", "/v1/cases", headers, body)
end

function done(summary, latency)
  io.write(string.format(
    '\n{"requests":%d,"seconds":%f,"refused":%d,"broken":%d,"p50_ms":%f,"p99_ms":%f}\n',
    summary.requests, summary.duration / 1e6, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
