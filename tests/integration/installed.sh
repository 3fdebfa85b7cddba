# installed.sh PROGRAM BUILD: installed under another prefix and moved, the program finds its executor and its plugins.
. "$(dirname "$0")/lib.sh"
begin "$1"
cmake --install "$2" --prefix "$scratch/first" >install.txt 2>&1 || { fail "cmake --install"; cat install.txt; }
mv first moved
installed=$scratch/moved/bin/hopsweep
expect 0 'entmax' "$installed" plugins list
expect 0 'trials' "$installed" plan "$scratch/moved/share/hopsweep/sweeps/demo.lua"
expect 0 'all ok' "$installed" run -j 2 "$SWEEPS/kills.lua" --store i.db --set repeats=1 --set work=1
expect 0 'all ok' "$HOPSWEEP" run "$SWEEPS/kills.lua" --store b.db --set repeats=1 --set work=1
same i.db b.db
end
