# functions.awk: no C function above 80 lines without a comment "long: WHY" in it or right above it; a note above 40.
# Reads sources in the house's format: a definition starts in column 1, its body ends with "}" in column 1.

function finish(    length_) {
  length_ = FNR - start + 1
  if (length_ > 80 && !excused)
    print FILENAME ":" start ": function " name " has " length_ " lines (at most 80, or a comment that begins \"long:\")"
  else if (length_ > 40 && !excused)
    print FILENAME ":" start ": note: function " name " has " length_ " lines (few should have more than 40)"
  start = 0
  excused = 0
}

FNR == 1 {
  start = inside = excused = 0
}

/(\/\*|\*|\/\/)[ ]*long:/ {
  excused = 1
  excused_at = FNR
}

!start && /^[A-Za-z_].*\(/ && !/^(typedef|struct|union|enum|return|else)[ {]/ && !/= *\{?$/ {
  start = FNR
  inside = 0
  if (excused && FNR - excused_at > 4) excused = 0
  name = $0
  sub(/\(.*/, "", name)
  sub(/.*[ *]/, "", name)
}

start && !inside {
  if ($0 ~ /\{$/) inside = 1
  else if ($0 ~ /[;}]$/ || $0 ~ /^$/) start = 0
}

start && inside && /^\}/ {
  finish()
}
