# A session with a server on this machine, for bash and zsh. In the folder in which `npm start` was typed:
#
#   . examples/session.sh
#
# It logs in as the machine-to-machine application that the first start has created. The token lasts a day.

# cred NAME: a value of credentials.json, such as app.client_id
cred() { node -p "JSON.parse(fs.readFileSync('${DATA_DIR:-data}/credentials.json')).$1"; }

# field NAME: a value of the JSON on standard input, such as name, [0].name or ["a name"]; an error is said instead
field() {
  case $1 in \[*) set -- "$1" ;; *) set -- ".$1" ;; esac
  node -p "const it = JSON.parse(fs.readFileSync(0))
    if (it.error) { console.error(it.message ?? it.error_description); process.exit(1) }
    it$1"
}

# api METHOD PATH [BODY]: a call of the Management API; a BODY of @- is read from standard input
api() {
  curl -sS --fail-with-body -X "$1" "$BASE/api/v2/$2" -H "authorization: Bearer $TOKEN" \
    -H 'content-type: application/json' ${3:+--data-binary} ${3:+"$3"}
}

# make_room: pauses the experiment that is active, if there is one, because a tenant has one active experiment at a time
make_room() {
  for id in $(api GET 'experimentation/experiments?status=active' | field 'experiments.map(({ id }) => id).join(" ")'); do
    api POST "experimentation/experiments/$id/status" '{ "status": "paused" }' > /dev/null
  done
}

# authorize [PARAMETERS]: the address at which a login begins; open it in a browser, or hand it to browse
authorize() {
  echo "$BASE/authorize?client_id=$(cred app.client_id)&response_type=code&scope=openid%20profile%20email\
&redirect_uri=$(cred 'app.callbacks[0]')&state=guide$1"
}

# browse URL [OPTION...]: a browser that follows redirects; prints the address at which it ends. Where no server answers,
# as at the callback of an application that does not run, the address says what matters.
browse() { curl -sL -c "$COOKIES" -b "$COOKIES" -o /dev/null -w '%{url_effective}\n' "$@" || true; }

# new_browser: forgets every cookie, so that the next visit is that of a new device
new_browser() { : > "$COOKIES"; }

# log_in [PARAMETERS]: the administrator logs in, in a new browser
log_in() {
  new_browser
  browse "$(browse "$(authorize "$1")")" \
    --data-urlencode "username=$(cred admin.email)" --data-urlencode "password=$(cred admin.password)"
}

# sign_up EMAIL [PARAMETERS]: somebody new signs up, in a new browser
sign_up() {
  new_browser
  browse "$(browse "$(authorize "&screen_hint=signup$2")")" \
    --data-urlencode "email=$1" --data-urlencode "password=a long enough passphrase"
}

# param NAME: a parameter of the address on standard input
param() { node -p "new URL(fs.readFileSync(0, 'utf8')).searchParams.get('$1')"; }

# id_token: the claims for the code in the address on standard input
id_token() {
  curl -sS --fail-with-body "$BASE/oauth/token" -d grant_type=authorization_code \
    --data-urlencode "client_id=$(cred app.client_id)" --data-urlencode "client_secret=$(cred app.client_secret)" \
    --data-urlencode "redirect_uri=$(cred 'app.callbacks[0]')" --data-urlencode "code=$(param code)" |
    field id_token | node -p 'Buffer.from(fs.readFileSync(0, "utf8").split(".")[1], "base64url").toString()'
}

BASE=$(cred issuer)
BASE=${BASE%/}
COOKIES=$(mktemp)
TOKEN=$(
  curl -sS --fail-with-body "$BASE/oauth/token" -d grant_type=client_credentials \
    --data-urlencode "client_id=$(cred management.client_id)" \
    --data-urlencode "client_secret=$(cred management.client_secret)" \
    --data-urlencode "audience=$(cred management.audience)" | field access_token
)
