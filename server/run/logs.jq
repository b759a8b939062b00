# Turns a line of mposd's JSON log into "time level message key=value ..."; other lines stay as they are.
def plain: if type == "string" then . else tojson end;
. as $line
| (try fromjson catch null) as $log
| if ($log | type) == "object" then
    (($log.time // $log.ts // "") | plain | .[11:23]) + " " + (($log.level // "") | plain) + " "
    + (($log.msg // $log.message // $log.event // "") | plain)
    + ($log | del(.time, .ts, .level, .msg, .message, .event) | to_entries | map(" \(.key)=\(.value | plain)") | join(""))
  else $line end
