"""Fresh access tokens from the TokenTray that runs on this computer.

One file without dependencies, for Python 3.9 and newer: copy it beside your program.

    import tokentray

    token = tokentray.get_token("openai-codex", client="my-tool")
    urllib.request.Request(token.base_url + "/models", headers=token.headers)

    requests.get(url, auth=tokentray.Auth("openai-codex", client="my-tool"))
    httpx.Client(auth=tokentray.httpx_auth("openai-codex", client="my-tool"))

A selector is a provider ("openai-codex") or a provider and a label ("openai-codex:work"). Every failure is a TokenTrayError.
On the command line, `python3 tokentray.py openai-codex` prints the token. The protocol is in PROTOCOL.md of TokenTray.
"""

from __future__ import annotations

import getpass
import hashlib
import http.client
import io
import json
import os
import posixpath
import re
import socket as sockets
import sys
import time
import urllib.parse
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Callable, Dict, Iterable, Mapping, Optional, Tuple

__all__ = ["Auth", "Token", "TokenTrayError", "credentials", "get_token", "httpx_auth", "socket_path"]

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_VAULT_NAME = r"[a-z0-9][a-z0-9-]{0,31}"
_DEFAULT_VAULT = "default"
_SOCKET_PATH_LIMIT = 100
_LONGEST_ANSWER = 1 << 20
# Seconds that a broker whose queue is full is tried again, and of each pause.
_QUEUE_PATIENCE = 5.0
_QUEUE_PAUSE = 0.02
# Seconds after a renewal in which a refusal is taken for one of the token before.
_ECHO = 10.0
# An API that gets two credentials refuses both, so that those of the program make way for the token.
_CREDENTIAL_HEADERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
# Headers whose values add up.
_LIST_HEADERS = ("anthropic-beta", "openai-beta")


class TokenTrayError(Exception):
    """Why there is no token.

    `code` is one of the table in PROTOCOL.md, such as "login_required"; `description` is a sentence for a person, `fix` says what
    to do, and `retry_after` is the number of seconds after which the same call may succeed. No member holds a token.
    """

    def __init__(
        self, code: str, description: str, fix: Optional[str] = None, retry_after: Optional[float] = None
    ) -> None:
        super().__init__(description if fix is None else f"{description} {fix}")
        self.code = code
        self.description = description
        self.fix = fix
        self.retry_after = retry_after


@dataclass(frozen=True)
class Token:
    """An access token. `expires_at` is in Unix seconds, None for a key that does not expire. Printing it does not show the token."""

    access_token: str = field(repr=False)
    token_type: str
    expires_at: Optional[int]
    provider: str
    account: str
    base_url: str
    #: Everything to send with a request to the API: the header with the token, and what the provider wants besides.
    headers: Mapping[str, str] = field(repr=False)


def get_token(
    selector: str,
    *,
    account: Optional[str] = None,
    min_valid: Optional[float] = None,
    rejected: Optional[str] = None,
    client: Optional[str] = None,
    socket: Optional[str] = None,
    vault: Optional[str] = None,
    timeout: float = 90.0,
) -> Token:
    """Asks for a fresh access token.

    Ask before each request instead of storing it; it takes about a millisecond. `account` is a label, `min_valid` the seconds that
    the token has to last (300 by default). `rejected` is the token that the API answered 401 to: the broker refreshes then, once for
    everybody who says so. Only the start of its SHA-256 leaves the process. `client` is what the person knows the program by
    (TOKENTRAY_CLIENT by default), `socket` and `vault` say where the broker is. `timeout` is in seconds; the person may have to be
    asked first, which takes up to 30.
    """
    query: Dict[str, str] = {}
    if min_valid is not None:
        query["min_valid"] = str(-int(-min_valid // 1))
    if account is not None:
        query["account"] = account
    if rejected is not None:
        query["rejected"] = hashlib.sha256(rejected.encode()).hexdigest()[:16]
    _check(re.fullmatch(rf"{_NAME}(:{_NAME})?", selector), f"{selector[:80]!r} is not a selector.", "Name a provider such as openai-codex.")
    name = client or os.environ.get("TOKENTRAY_CLIENT") or "unnamed"
    _check(re.fullmatch(_NAME, name), f"{name[:80]!r} is no name of a client.", "Use letters, digits, dots, dashes and underscores.")
    path = "/v1/token/" + urllib.parse.quote(selector, safe="")
    if query:
        path += "?" + urllib.parse.urlencode(query)
    return _token_of(_ask(_chosen_socket(socket, vault), path, name, timeout))


def credentials(selector: str, **options: Any) -> Callable[..., Token]:
    """A function that answers the token to use now; the options are those of get_token.

    With `force_refresh=True` it says that the token which it answered last was refused. Of many requests at once, some say so only
    after the token was renewed for the first of them; for ten seconds, that is not held against the newer token.
    """
    last: Optional[str] = None
    renewed_at = float("-inf")

    def provide(*, force_refresh: bool = False) -> Token:
        nonlocal last, renewed_at
        rejected = last if force_refresh and time.monotonic() - renewed_at >= _ECHO else None
        token = get_token(selector, **options, rejected=rejected)
        if rejected not in (None, token.access_token):
            renewed_at = time.monotonic()
        last = token.access_token
        return token

    return provide


class Auth:
    """The `auth` of requests: sends the token of an account along.

    A 401 is answered with a newer token and the same request, once, where its body can be sent again: text, bytes, or a file that
    can be rewound. The token goes to the origin of the account's base_url, and to `origins` such as "https://eu.api.example"; before
    it would go elsewhere, also by a redirect, TokenTrayError("request_refused") is raised. The other options are those of get_token.
    """

    def __init__(self, selector: str, *, origins: Iterable[str] = (), **options: Any) -> None:
        self._selector = selector
        self._origins = {_origin(each) for each in origins}
        self._options = options
        # A token that was refused where the request could not be sent again.
        self._refused: Optional[str] = None
        # A token that was refused although it was new: one more refresh would help nothing.
        self._unhelped: Optional[str] = None

    def __call__(self, request: Any) -> Any:
        token = self._first_token()
        self._prepare(request, token)
        request.register_hook("response", partial(self._answered, token))
        return request

    def _first_token(self) -> Token:
        token = get_token(self._selector, **self._options, rejected=self._refused)
        self._refused = None
        return token

    def _newer_token(self, token: Token, can_be_sent_again: bool) -> Optional[Token]:
        """The token to answer a 401 with; None when the 401 stands."""
        if token.access_token == self._unhelped:
            return None
        if not can_be_sent_again:
            self._refused = token.access_token
            return None
        newer = get_token(self._selector, **self._options, rejected=token.access_token)
        return None if newer.access_token == token.access_token else newer

    def _note(self, token: Token, status: int, is_second: bool) -> None:
        if status != 401:
            self._unhelped = None
        elif is_second:
            self._unhelped = token.access_token

    def _prepare(self, request: Any, token: Token) -> None:
        self._require_origin(str(request.url), token)
        for name in _CREDENTIAL_HEADERS:
            request.headers.pop(name, None)
        for name, value in token.headers.items():
            own = request.headers.get(name) if name.lower() in _LIST_HEADERS else None
            request.headers[name] = value if own is None else _together(own, value)

    def _require_origin(self, url: str, token: Token) -> None:
        origin = _origin(url)
        if origin != _origin(token.base_url) and origin not in self._origins:
            raise TokenTrayError(
                "request_refused",
                f"The token of {token.account} is not sent to {origin}.",
                f"Its API is {token.base_url}. If that address may have the token, name it in `origins`.",
            )

    def _require_to_stay(self, response: Any, token: Token) -> None:
        """requests takes off only `Authorization` on the way to another origin; other headers would take the token along."""
        if response.is_redirect:
            self._require_origin(urllib.parse.urljoin(response.url, response.headers["location"]), token)

    def _answered(self, token: Token, response: Any, **sending: Any) -> Any:
        self._require_to_stay(response, token)
        self._note(token, response.status_code, False)
        if response.status_code != 401:
            return response
        request = response.request.copy()
        newer = self._newer_token(token, _rewind(request))
        if newer is None:
            return response
        # What is left of the answer is read, so that the connection can be used again.
        response.content
        response.close()
        self._prepare(request, newer)
        second = response.connection.send(request, **sending)
        second.history.append(response)
        second.request = request
        self._require_to_stay(second, newer)
        self._note(newer, second.status_code, True)
        return second


def httpx_auth(selector: str, *, origins: Iterable[str] = (), **options: Any) -> Any:
    """The same as Auth for httpx, with and without asyncio.

    httpx does not follow redirects unless it is told to. Do not tell it to for an API that takes the token in a header of its own,
    such as x-api-key: httpx takes off only `Authorization` on the way to another origin.
    """
    import asyncio

    import httpx

    account = Auth(selector, origins=origins, **options)

    class HttpxAuth(httpx.Auth):
        def auth_flow(self, request: Any) -> Any:
            token = account._first_token()
            account._prepare(request, token)
            response = yield request
            account._note(token, response.status_code, False)
            if response.status_code != 401:
                return
            newer = account._newer_token(token, _has_content(request))
            if newer is None:
                return
            account._prepare(request, newer)
            second = yield request
            account._note(newer, second.status_code, True)

        async def async_auth_flow(self, request: Any) -> Any:
            # The broker is asked in a thread: a refresh that takes seconds must not hold up the loop.
            flow = self.auth_flow(request)
            response = None
            while True:
                wanted = await asyncio.to_thread(_step, flow, response)
                if wanted is None:
                    return
                response = yield wanted

    return HttpxAuth()


def socket_path(
    env: Optional[Mapping[str, str]] = None, platform: Optional[str] = None, vault: str = _DEFAULT_VAULT
) -> str:
    """Where the token socket of a vault is. `platform` is a `sys.platform`."""
    env = os.environ if env is None else env
    platform = sys.platform if platform is None else platform
    _check(re.fullmatch(_VAULT_NAME, vault), f"{vault[:80]!r} cannot be the name of a vault.", "Use small letters, digits and dashes.")
    path = env.get("TOKENTRAY_SOCKET") or _default_socket_path(env, platform)
    if vault != _DEFAULT_VAULT:
        path = _beside(path, platform, vault)
    if platform != "win32" and len(os.fsencode(path)) > _SOCKET_PATH_LIMIT:
        raise TokenTrayError(
            "socket_unusable",
            f"The socket path has more than {_SOCKET_PATH_LIMIT} bytes: {path}",
            "Set TOKENTRAY_SOCKET (or TOKENTRAY_HOME) to a shorter path.",
        )
    return path


def _default_socket_path(env: Mapping[str, str], platform: str) -> str:
    own_home = env.get("TOKENTRAY_HOME")
    if platform == "win32":
        owner = own_home if own_home is not None else env.get("USERNAME") or getpass.getuser()
        return r"\\.\pipe\tokentray-" + re.sub(r"[^A-Za-z0-9]+", "-", owner).lower()
    home = env.get("HOME") or os.path.expanduser("~")
    if own_home:
        folder = own_home
    elif platform == "darwin":
        folder = posixpath.join(home, "Library", "Application Support", "TokenTray")
    elif platform == "linux" and env.get("XDG_RUNTIME_DIR"):
        folder = posixpath.join(env["XDG_RUNTIME_DIR"], "tokentray")
    else:
        folder = posixpath.join(env.get("XDG_STATE_HOME") or posixpath.join(home, ".local", "state"), "tokentray")
    return posixpath.normpath(posixpath.join(folder, "agent.sock"))


def _beside(own: str, platform: str, vault: str) -> str:
    if platform == "win32":
        return f"{own}-vault-{vault}"
    folder, name = posixpath.split(own)
    stem = name[: -len(".sock")] if name.endswith(".sock") and name != ".sock" else name
    return posixpath.join(folder, f"vault-{vault}.sock" if stem == "agent" else f"{stem}-vault-{vault}.sock")


def _chosen_socket(socket: Optional[str], vault: Optional[str]) -> str:
    """A socket that the program names is the one it means, unless it names a vault as well."""
    if socket is not None and vault is None:
        return socket
    env = dict(os.environ) if socket is None else {**os.environ, "TOKENTRAY_SOCKET": socket}
    return socket_path(env, vault=vault or os.environ.get("TOKENTRAY_VAULT_NAME") or _DEFAULT_VAULT)


def _ask(path: str, target: str, client: str, timeout: float) -> Any:
    """The JSON of the answer; raises what the broker says, or why it cannot be asked."""
    connection = http.client.HTTPConnection("localhost")
    proof: Optional[io.FileIO] = None
    try:
        # Otherwise http.client would go on with TCP where the broker has closed the connection.
        connection.auto_open = 0
        connection.sock = _connect(path, timeout)
        proof = _open_proof(connection)
        headers = {"Accept": "application/json", "TokenTray-Client": client}
        if proof is not None:
            headers["TokenTray-Client-Proof"] = f"{os.getpid()}/{proof.fileno()}"
        status, answer = _converse(connection, "GET", target, headers)
    except (FileNotFoundError, ConnectionRefusedError):
        raise _not_running(f"No TokenTray is running (nothing listens on {path}).") from None
    except PermissionError:
        raise _not_running(f"The socket {path} belongs to another user.") from None
    except (ConnectionError, http.client.RemoteDisconnected):
        raise _not_running("The broker ended while it was asked.") from None
    except sockets.timeout:
        raise _unreadable("The broker did not answer in time.") from None
    except (OSError, http.client.HTTPException) as error:
        raise _unreadable(f"The broker cannot be reached ({type(error).__name__}).") from None
    finally:
        if proof is not None:
            proof.close()
        connection.close()
    if status == 200:
        return answer
    raise _error_of(answer)


def _connect(path: str, timeout: float) -> Any:
    if sys.platform == "win32":
        return _Pipe(path)
    deadline = time.monotonic() + _QUEUE_PATIENCE
    while True:
        connection = sockets.socket(sockets.AF_UNIX)
        connection.settimeout(timeout)
        try:
            connection.connect(path)
            return connection
        except BlockingIOError:
            # Linux lets nobody wait for a place in the queue of a unix socket.
            connection.close()
            if time.monotonic() > deadline:
                raise
            time.sleep(_QUEUE_PAUSE)
        except BaseException:
            connection.close()
            raise


class _Pipe:
    """A named pipe of Windows, as far as http.client wants a socket. It is a file there, which knows no time-out."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "r+b", buffering=0)

    def sendall(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._file.write(view) :]

    def makefile(self, mode: str, buffering: Optional[int] = None) -> io.BufferedReader:
        return io.BufferedReader(io.FileIO(os.dup(self._file.fileno()), mode))

    def close(self) -> None:
        self._file.close()


def _open_proof(connection: http.client.HTTPConnection) -> Optional[io.FileIO]:
    """Opens the file that only this connection is told the name of, so that the person sees which program asks. Linux only."""
    if sys.platform != "linux":
        return None
    status, answer = _converse(connection, "POST", "/v1/proof", {})
    path = answer.get("path") if status == 200 and isinstance(answer, dict) else None
    try:
        return io.FileIO(path) if isinstance(path, str) else None
    except OSError:
        # In a container of its own: the broker takes this program at its word then.
        return None


def _converse(
    connection: http.client.HTTPConnection, method: str, target: str, headers: Mapping[str, str]
) -> Tuple[int, Any]:
    connection.request(method, target, headers=dict(headers))
    with connection.getresponse() as response:
        text = response.read(_LONGEST_ANSWER)
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, None


def _token_of(answer: Any) -> Token:
    """Only what is used is looked at: a newer broker may say more."""
    try:
        names = ("access_token", "token_type", "provider", "account", "base_url")
        access_token, token_type, provider, account, base_url = (answer[name] for name in names)
        expires_at, headers, token_header = answer.get("expires_at"), answer.get("headers", {}), answer.get("token_header")
        words = [access_token, token_type, provider, account, base_url, *headers.values()]
        if not all(isinstance(word, str) for word in words) or not isinstance(expires_at, (int, type(None))):
            raise TypeError
        credential = {"Authorization": f"{token_type} {access_token}"} if token_header is None else {token_header: access_token}
        return Token(access_token, token_type, expires_at, provider, account, base_url, {**headers, **credential})
    except (AttributeError, KeyError, TypeError):
        raise _unreadable("What listens on the socket did not answer as a broker does.") from None


def _error_of(answer: Any) -> TokenTrayError:
    if not isinstance(answer, dict) or not isinstance(answer.get("error"), str):
        return _unreadable("What listens on the socket did not answer as a broker does.")
    description = answer.get("error_description") or "The broker answered with an error without a text."
    return TokenTrayError(answer["error"], str(description), answer.get("fix"), answer.get("retry_after"))


def _not_running(description: str) -> TokenTrayError:
    return TokenTrayError("broker_not_running", description, "Start the tray app, or run `tokentray daemon`.")


def _unreadable(description: str) -> TokenTrayError:
    return TokenTrayError("broker_unreadable", description, "Check what listens on TOKENTRAY_SOCKET.")


def _check(holds: object, description: str, fix: str) -> None:
    if not holds:
        raise TokenTrayError("invalid_request", description, fix)


def _origin(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


def _together(own: str, wanted: str) -> str:
    return ",".join(dict.fromkeys(value.strip() for value in f"{own},{wanted}".split(",")))


def _rewind(request: Any) -> bool:
    """Whether the body of a request of `requests` can be sent again; a file is set back to where it was."""
    if request.body is None or isinstance(request.body, (str, bytes)):
        return True
    position = getattr(request, "_body_position", None)
    if not isinstance(position, int) or not hasattr(request.body, "seek"):
        return False
    try:
        request.body.seek(position)
    except (OSError, ValueError):
        return False
    return True


def _has_content(request: Any) -> bool:
    """Whether the body of a request of `httpx` is all there; that of a stream is not, and says so by an exception."""
    try:
        return request.content is not None
    except RuntimeError:
        return False


def _step(flow: Any, response: Any) -> Any:
    try:
        return flow.send(response)
    except StopIteration:
        return None


def _main(arguments: Iterable[str]) -> int:
    words = list(arguments)
    if len(words) != 1 or words[0].startswith("-"):
        print("usage: tokentray.py <selector>", file=sys.stderr)
        return 2
    try:
        print(get_token(words[0]).access_token)
        return 0
    except TokenTrayError as error:
        print(f"tokentray: {error.description}", file=sys.stderr)
        if error.fix is not None:
            print(f"  {error.fix}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
