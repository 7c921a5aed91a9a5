# docs/configuration.md as poller.yaml(5): headings, paragraphs, tables of keys, code.
function plain(s) {
  gsub(/\\/, "\\e", s)
  while (match(s, /\[[^]]*\]\([^)]*\)/)) {
    part = substr(s, RSTART, RLENGTH)
    sub(/\]\(.*$/, "", part)
    s = substr(s, 1, RSTART - 1) substr(part, 2) substr(s, RSTART + RLENGTH)
  }
  gsub(/`/, "", s); gsub(/\*\*/, "", s); gsub(/-/, "\\-", s)
  gsub(/…/, "...", s); gsub(/·/, "\\(bu", s)
  if (s ~ /^[.']/) s = "\\&" s
  return s
}
BEGIN {
  print ".TH POLLER.YAML 5 \"\" poller \"File formats\"\n.SH NAME\npoller.yaml \\- the configuration of poller(8)\n.SH DESCRIPTION"
}
/^```/ { code = !code; print code ? ".PP\n.RS 4\n.nf" : ".fi\n.RE"; next }
code { gsub(/\\/, "\\e"); gsub(/-/, "\\-"); if ($0 ~ /^[.']/) $0 = "\\&" $0; print; next }
/^# / { next }
/^- \[/ { next }
/^## / { print ".SH " toupper(plain(substr($0, 4))); next }
/^###* / { sub(/^#+ /, ""); print ".SS " plain($0); next }
/^\|[- |]*$/ { next }
/^\|/ {
  line = $0; gsub(/\\\|/, "\001", line)
  n = split(substr(line, 2), cell, /\|/)
  for (i = 1; i <= n; ++i) { gsub(/^ +| +$/, "", cell[i]); gsub(/\001/, "|", cell[i]) }
  if (cell[1] == "" || cell[1] == "key" || cell[1] == "kind" || cell[1] == "preset" || cell[1] == "form") { next }
  print ".TP\n.B " plain(cell[1])
  text = plain(cell[2])
  if (n > 3 && cell[3] != "") text = text ". Type: " plain(cell[3])
  if (n > 4 && cell[4] != "") text = text ". Default: " plain(cell[4])
  if (n > 5 && cell[5] != "") text = text ". For: " plain(cell[5])
  sub(/^\. /, "", text)
  print text
  next
}
/^$/ { print ".PP"; next }
{ print plain($0) }
END { print ".SH SEE ALSO\n.BR poller (8)" }
