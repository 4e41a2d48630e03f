-- rspamd asks typoaudit guard --http 127.0.0.1:10040. Save as /etc/rspamd/rspamd.local.lua, or
-- load it there by dofile. Where nobody answers within a second the mail passes. rspamd refuses
-- a mail as a whole when one recipient is asked about.
local rspamd_http = require "rspamd_http"
local ucl = require "ucl"

local url = "http://127.0.0.1:10040/check"

rspamd_config:register_symbol{
  name = "TYPOAUDIT",
  type = "prefilter",
  callback = function(task)
    local from = (task:get_from("smtp") or {})[1] or {}
    for _, to in ipairs(task:get_recipients("smtp") or {}) do
      rspamd_http.request{
        task = task, url = url, timeout = 1.0, mime_type = "application/json",
        body = ucl.to_format({login = task:get_user() or "", sender = from.addr or "", recipient = to.addr, instance = task:get_uid()}, "json-compact"),
        callback = function(err, code, body)
          local parser = ucl.parser()
          if err or code ~= 200 or not parser:parse_string(body) then
            return
          end
          local answer = parser:get_object()
          if answer.code ~= "" then
            task:set_pre_result("reject", answer.text, "typoaudit")
          elseif answer.header ~= "" then
            task:set_milter_reply({add_headers = {["X-Typoaudit"] = answer.header}})
          end
        end,
      }
    end
  end,
}
