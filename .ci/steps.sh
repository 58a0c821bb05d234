# Sourced by ./run and ./test: progress lines, stamps of what was built from what, jobs side by side.
# Works with the bash 3.2 of macOS; needs neither a terminal nor standard input.

artifacts="$PWD/artifacts"
mkdir -p "$artifacts/log" "$artifacts/stamps"
exec </dev/null
[ -t 1 ] || export NO_COLOR=1
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false

# One compiler for all projects instead of one each, under a name of its own so that it can be sent home afterwards.
compiler="tideline-$$"
build_options=(-nologo -nodeReuse:false -p:UseSharedCompilation=true "-p:SharedCompilationId=$compiler" -p:StaticWebAssetsEnabled=false)

say() { printf '[%4d s] %s\n' "$SECONDS" "$*"; }

stop_compiler() {
  [ -d /proc/self ] || return 0
  local process
  for process in /proc/[0-9]*; do
    if tr '\0' ' ' 2>/dev/null <"$process/cmdline" | grep -q -- "-pipename:$compiler"; then kill "${process#/proc/}" 2>/dev/null; fi
  done
  return 0
}

# files PATH…: every source file under the paths, NUL-separated, without what is built or installed.
files() {
  find "$@" \( -name bin -o -name obj -o -name node_modules -o -name dist -o -name wwwroot \) -prune -o -type f ! -name '*.tsbuildinfo' -print0 | LC_ALL=C sort -z
}

if command -v sha256sum >/dev/null; then sum=sha256sum; else sum="shasum -a 256"; fi
fingerprint() { files "$@" | xargs -0 $sum | $sum | cut -c1-64; }

# is_made NAME FINGERPRINT: NAME was made from just these sources.  made NAME FINGERPRINT: notes that.
is_made() { [ "$(cat "$artifacts/stamps/$1" 2>/dev/null)" = "$2" ]; }
made() { echo "$2" >"$artifacts/stamps/$1"; }

# job NAME COMMAND…: runs beside the others; its output goes to a log.
job_names=() job_ids=() failed_jobs=()
job() {
  local name=$1
  shift
  say "$name: started"
  set -m # a process group each, so that all of it can be ended
  ( set -e; started=$SECONDS; "$@" >"$artifacts/log/$name.log" 2>&1; say "$name: done in $((SECONDS - started)) s" ) &
  set +m
  job_names+=("$name") job_ids+=($!)
}

# Ends what is still running when the script ends, whatever the reason.
clean_up() {
  local id
  for id in ${job_ids[@]+"${job_ids[@]}"}; do kill -- "-$id" 2>/dev/null; done
  stop_compiler
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# The errors in a log of the compiler or the formatter, once each; the end of any other log.
what_failed() {
  if grep -q ': error ' "$1"; then grep ': error ' "$1" | sed 's/^ *//' | LC_ALL=C sort -u | head -n 60; else tail -n 40 "$1"; fi
}

# Waits for all jobs. Shows the log of those that failed, names them in failed_jobs, and fails then.
finish_jobs() {
  local running i told=$SECONDS
  failed_jobs=()
  while :; do
    running=""
    for i in ${job_ids[@]+"${!job_ids[@]}"}; do
      if kill -0 "${job_ids[$i]}" 2>/dev/null; then running="$running ${job_names[$i]}"; fi
    done
    [ -n "$running" ] || break
    if [ $((SECONDS - told)) -ge 10 ]; then say "still at:$running"; told=$SECONDS; fi
    sleep 0.2
  done
  for i in ${job_ids[@]+"${!job_ids[@]}"}; do
    if ! wait "${job_ids[$i]}"; then
      failed_jobs+=("${job_names[$i]}")
      say "${job_names[$i]} FAILED. From artifacts/log/${job_names[$i]}.log:"
      what_failed "$artifacts/log/${job_names[$i]}.log"
    fi
  done
  job_names=() job_ids=()
  [ ${#failed_jobs[@]} = 0 ]
}

need_tools() {
  local missing=""
  if ! command -v dotnet >/dev/null || ! dotnet --list-sdks | grep -q '^10\.'; then
    missing="$missing
  .NET SDK 10: https://dotnet.microsoft.com/download/dotnet/10.0 (Debian: the packages of Microsoft's feed, dotnet-sdk-10.0)"
  fi
  if ! command -v npm >/dev/null || ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
    missing="$missing
  Node.js 20.19 or later with npm: https://nodejs.org/ (Debian: the packages of NodeSource, nodejs)"
  fi
  [ -z "$missing" ] || { echo "Missing on this machine:$missing" >&2; exit 1; }
}

npm_install() {
  if [ -f "$1/package-lock.json" ]; then npm ci --ignore-scripts --prefix "$1"; else npm install --ignore-scripts --no-package-lock --prefix "$1"; fi
}

postgres_folder=src/Platform.EmbeddedPostgres
postgres_fingerprint() { fingerprint $postgres_folder/package.json $postgres_folder/package-lock.json; }
has_postgres() { is_made postgres "$(postgres_fingerprint)" && [ -d $postgres_folder/node_modules ]; }
install_postgres() {
  npm_install $postgres_folder
  made postgres "$(postgres_fingerprint)"
}

has_console_packages() { is_made console-packages "$(fingerprint console/package*.json)" && [ -d console/node_modules ]; }
install_console_packages() {
  npm_install console
  made console-packages "$(fingerprint console/package*.json)"
}

# The fingerprint is taken before the build, so that what is edited during it is built next time.
has_console() { is_made console "$(fingerprint console)" && [ -f src/Host/wwwroot/index.html ]; }
build_console() {
  local sources
  sources=$(fingerprint console)
  has_console_packages || install_console_packages
  npm run build --prefix console
  made console "$sources"
}
