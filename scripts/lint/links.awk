# links.awk: every relative link of a Markdown page leads to a file or folder of the tree, every #anchor to a heading.
# Input: first the list of all files (`listing=1`), then the pages (`listing=0`, twice: headings are collected in the
# first pass, `pass=1`, and links checked in the second, `pass=2`).

# GitHub's rule: lower case, spaces become "-", everything but letters, digits, "-" and "_" goes.
function anchor_of(heading) {
  sub(/^#+ +/, "", heading)
  heading = tolower(heading)
  gsub(/[^a-z0-9_ -]/, "", heading)
  gsub(/ /, "-", heading)
  return heading
}

function check(target,    folder, file, anchor) {
  if (target ~ /^([a-z]+:|<)/) return
  sub(/ +".*"$/, "", target)
  anchor = ""
  if (index(target, "#")) {
    anchor = substr(target, index(target, "#") + 1)
    target = substr(target, 1, index(target, "#") - 1)
  }
  folder = FILENAME
  sub(/[^\/]*$/, "", folder)
  file = target == "" ? FILENAME : normal(folder target)
  if (file != "" && !(file in tree)) print FILENAME ":" FNR ": link to " file ", which does not exist"
  else if (anchor != "" && file ~ /\.md$/ && !((file, anchor) in heading_of))
    print FILENAME ":" FNR ": link to #" anchor ", but " file " has no such heading"
}

listing {
  tree[$0] = 1
  for (path = $0; sub(/\/[^\/]*$/, "", path);) tree[path] = 1
  next
}

FNR == 1 { fenced = 0 }
/^ *(```|~~~)/ { fenced = !fenced }
fenced { next }
pass == 1 && /^#+ / { heading_of[FILENAME, anchor_of($0)] = 1 }
pass == 2 {
  line = $0
  gsub(/`[^`]*`/, "", line)
  while (match(line, /\]\([^)]*\)/)) {
    check(substr(line, RSTART + 2, RLENGTH - 3))
    line = substr(line, RSTART + RLENGTH)
  }
}
