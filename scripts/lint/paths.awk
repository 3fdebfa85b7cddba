# paths.awk: what the checks of includes and links share; read before them.

# a/b/../c -> a/c
function normal(path,    count, parts, i, kept, stack, out) {
  count = split(path, parts, "/")
  kept = 0
  for (i = 1; i <= count; i++) {
    if (parts[i] == "" || parts[i] == ".") continue
    if (parts[i] == ".." && kept > 0) kept--
    else stack[++kept] = parts[i]
  }
  out = ""
  for (i = 1; i <= kept; i++) out = out (i > 1 ? "/" : "") stack[i]
  return out
}
