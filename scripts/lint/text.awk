# text.awk: what holds for every text file: no tabs (but in makefiles), no trailing spaces, no unfinished business, at
# most 500 lines in a source file, a newline at the end of each line.

FNR == 1 && NR > 1 { check_length() }
FNR == 1 { is_source = FILENAME ~ /\.(c|h|lua|sh|awk|cmake)$/ }

function check_length() {
  if (was_source && last > 500) print previous ":" last ": the file has " last " lines (at most 500)"
}

/\t/ { print FILENAME ":" FNR ": tab" }
/[ \t\r]$/ { print FILENAME ":" FNR ": space at the end of the line" }
/(^|[^A-Za-z0-9_])(TO[D]O|FIX[M]E|X[X]X)([^A-Za-z0-9_]|$)/ { print FILENAME ":" FNR ": unfinished: " $0 }

{
  previous = FILENAME
  was_source = is_source
  last = FNR
}

END { if (NR) check_length() }
