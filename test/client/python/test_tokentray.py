"""Runs against a broker with a practice login and a loopback API; test/client/python.test.ts starts both and says where they are.

The API takes every token, until /revoke is asked with one: that one is answered 401 from then on. /requests tells what it was sent.
"""

import asyncio
import http.client
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import tty
import unittest
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import tokentray

try:
    import requests
except ImportError:
    requests = None
try:
    import httpx
except ImportError:
    httpx = None

API = os.environ["TEST_API"]
# Another origin of the same server.
ELSEWHERE = API.replace("127.0.0.1", "localhost")


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def fetch(path, token):
    with urllib.request.urlopen(urllib.request.Request(API + path, headers=bearer(token))) as response:
        return json.load(response)


def revoke():
    """Makes the API refuse the token that the broker hands out now."""
    token = tokentray.get_token("practice").access_token
    fetch("/revoke", token)
    return token


def sent():
    """The bodies and tokens that the API has been sent since the last call."""
    return fetch("/requests", "reader")[:-1]


class GetToken(unittest.TestCase):
    def test_the_token_with_everything_to_send(self):
        token = tokentray.get_token("practice", client="python-test", min_valid=59.5)
        self.assertEqual(dict(token.headers), bearer(token.access_token))
        self.assertEqual((token.provider, token.token_type), ("practice", "Bearer"))
        self.assertGreater(token.expires_at, 1_700_000_000)
        self.assertNotIn(token.access_token, repr(token))

    def test_twelve_threads_with_a_refused_token_get_one_new_one(self):
        old = tokentray.get_token("practice").access_token
        start = threading.Barrier(12)

        def call(_):
            start.wait()
            return tokentray.get_token("practice", rejected=old).access_token

        with ThreadPoolExecutor(12) as pool:
            tokens = set(pool.map(call, range(12)))
        self.assertEqual(len(tokens), 1)
        self.assertNotIn(old, tokens)

    def test_credentials_are_renewed_when_the_last_ones_were_refused(self):
        provide = tokentray.credentials("practice")
        first = provide(force_refresh=True)
        self.assertEqual(provide(), first)
        second = provide(force_refresh=True)
        self.assertNotEqual(second.access_token, first.access_token)
        # Somebody else hears of the refusal of the first one later.
        self.assertEqual(provide(force_refresh=True), second)

    def test_errors_say_what_to_do(self):
        cases = {
            "unknown_account": lambda: tokentray.get_token("practice:nobody"),
            "login_required": lambda: tokentray.get_token("anthropic"),
            "unknown_provider": lambda: tokentray.get_token("no-such-provider"),
            "broker_not_running": lambda: tokentray.get_token("practice", socket="/tmp/tt-nobody.sock"),
        }
        for code, call in cases.items():
            with self.subTest(code), self.assertRaises(tokentray.TokenTrayError) as caught:
                call()
            self.assertEqual(caught.exception.code, code)
            self.assertTrue(caught.exception.fix)

    def test_wrong_usage_is_told_before_anything_is_sent(self):
        calls = [
            {"selector": "../status"},
            {"selector": "practice\r\nX-Evil: 1"},
            {"selector": "practice\n"},
            {"selector": ""},
            {"selector": "practice", "client": "a\nb"},
            {"selector": "practice", "vault": "../x"},
        ]
        for options in calls:
            with self.subTest(options), self.assertRaises(tokentray.TokenTrayError) as caught:
                tokentray.get_token(**{"socket": "/tmp/tt-nobody.sock", **options})
            self.assertEqual(caught.exception.code, "invalid_request")

    def test_the_command_prints_the_token(self):
        run = lambda *words: subprocess.run([sys.executable, "-W", "error", "-m", "tokentray", *words], capture_output=True, text=True)
        self.assertEqual(run("practice").stdout, tokentray.get_token("practice").access_token + "\n")
        failed = run("practice:nobody")
        self.assertEqual((failed.returncode, failed.stdout), (1, ""))
        self.assertRegex(failed.stderr, r"^tokentray: .+\n  .+\n$")
        self.assertEqual(run().returncode, 2)


class Listener(unittest.TestCase):
    """What listens on the socket and is no broker."""

    def answer(self, *chunks):
        folder = tempfile.TemporaryDirectory(dir="/tmp")
        self.addCleanup(folder.cleanup)
        path = folder.name + "/s"
        server = socket.socket(socket.AF_UNIX)
        self.addCleanup(server.close)
        server.bind(path)
        server.listen()

        def serve():
            connection, _ = server.accept()
            with connection:
                for chunk in chunks:
                    connection.recv(65536)
                    connection.sendall(chunk)

        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(thread.join)
        with self.assertRaises(tokentray.TokenTrayError) as caught:
            tokentray.get_token("practice", socket=path, timeout=5)
        return caught.exception.code

    def test_broken_answers(self):
        head = b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}"
        json_answer = lambda text: head_of(text) + text
        head_of = lambda text: b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(text)
        self.assertEqual(self.answer(b"SSH-2.0-OpenSSH_9.2\r\n"), "broker_unreadable")
        self.assertEqual(self.answer(), "broker_not_running")
        self.assertEqual(self.answer(head), "broker_not_running")
        self.assertEqual(self.answer(head, json_answer(b"[]")), "broker_unreadable")
        self.assertEqual(self.answer(head, json_answer(b"{")), "broker_unreadable")
        self.assertEqual(self.answer(head, json_answer(b'{"access_token": 1}')), "broker_unreadable")
        self.assertEqual(self.answer(head, b"HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\nnull"), "broker_unreadable")


class Pipe(unittest.TestCase):
    """A named pipe of Windows is a file that is read and written; so is a terminal."""

    def test_a_conversation(self):
        master, slave = os.openpty()
        self.addCleanup(os.close, master)
        self.addCleanup(os.close, slave)
        tty.setraw(slave)

        def serve():
            asked = b""
            while not asked.endswith(b"\r\n\r\n"):
                asked += os.read(master, 4096)
            os.write(master, b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(asked.split()[1]) + 2, b'"%s"' % asked.split()[1]))

        thread = threading.Thread(target=serve)
        thread.start()
        self.addCleanup(thread.join)
        connection = http.client.HTTPConnection("localhost")
        connection.sock = tokentray._Pipe(os.ttyname(slave))
        self.assertEqual(tokentray._converse(connection, "GET", "/v1/token/practice", {}), (200, "/v1/token/practice"))
        connection.close()


@unittest.skipIf(requests is None, "requests is not installed")
class Requests(unittest.TestCase):
    def setUp(self):
        self.session = requests.Session()
        self.addCleanup(self.session.close)
        self.session.auth = tokentray.Auth("practice", origins=[API])
        sent()

    def test_a_401_is_answered_with_a_newer_token_once(self):
        for body in ["hello", b"hello", io.BytesIO(b"hello"), {"hello": ""}]:
            with self.subTest(body):
                old = revoke()
                sent()
                self.assertEqual(self.session.post(API + "/v1", data=body, headers={"x-api-key": "mine"}).status_code, 200)
                seen = sent()
                self.assertEqual([request["body"].strip("=") for request in seen], ["hello", "hello"])
                self.assertEqual([request["authorization"] == f"Bearer {old}" for request in seen], [True, False])
                self.assertNotIn("mine", json.dumps(seen))

    def test_a_body_that_is_gone_is_not_sent_again(self):
        revoke()
        sent()
        body = lambda: (part for part in [b"hel", b"lo"])
        self.assertEqual(self.session.post(API + "/v1", data=body()).status_code, 401)
        self.assertEqual(self.session.post(API + "/v1", data=body()).status_code, 200)
        self.assertEqual([request["body"] for request in sent()], ["hello", "hello"])

    def test_an_api_that_refuses_every_token_costs_one_refresh(self):
        before = tokentray.get_token("practice").access_token
        self.assertEqual(self.session.get(API + "/never").status_code, 401)
        after = tokentray.get_token("practice").access_token
        self.assertNotEqual(before, after)
        for _ in range(3):
            self.assertEqual(self.session.get(API + "/never").status_code, 401)
        self.assertEqual(tokentray.get_token("practice").access_token, after)
        self.assertEqual(len(sent()), 5)

    def test_the_token_goes_nowhere_else(self):
        for call in [
            lambda: self.session.get(ELSEWHERE + "/v1"),
            lambda: self.session.get(API + "/redirect?to=" + ELSEWHERE + "/stolen"),
            lambda: requests.get(API + "/v1", auth=tokentray.Auth("practice")),
        ]:
            with self.assertRaises(tokentray.TokenTrayError) as caught:
                call()
            self.assertEqual(caught.exception.code, "request_refused")
        self.assertEqual([request["url"].split("?")[0] for request in sent()], ["/redirect"])
        # Within the origin a redirect is followed, and the token with it.
        self.assertEqual(self.session.get(API + "/redirect?to=" + API + "/v1").status_code, 200)
        # A redirect that comes after a 401 is no way around.
        revoke()
        with self.assertRaises(tokentray.TokenTrayError):
            self.session.get(API + "/redirect?to=" + ELSEWHERE + "/stolen")
        self.assertEqual([request["url"] for request in sent() if request["url"].startswith("/stolen")], [])


@unittest.skipIf(httpx is None, "httpx is not installed")
class Httpx(unittest.TestCase):
    def setUp(self):
        sent()
        self.auth = tokentray.httpx_auth("practice", origins=[API])

    def test_a_401_is_answered_with_a_newer_token_once(self):
        revoke()
        sent()
        with httpx.Client(auth=self.auth) as client:
            self.assertEqual(client.post(API + "/v1", content="hello").status_code, 200)
            self.assertEqual([request["body"] for request in sent()], ["hello", "hello"])
            revoke()
            sent()
            self.assertEqual(client.post(API + "/v1", content=(part for part in [b"hel", b"lo"])).status_code, 401)
            self.assertEqual(client.post(API + "/v1", content=(part for part in [b"hel", b"lo"])).status_code, 200)
            self.assertEqual([request["body"] for request in sent()], ["hello", "hello"])
            with self.assertRaises(tokentray.TokenTrayError):
                client.get(ELSEWHERE + "/v1")
            self.assertEqual(sent(), [])

    def test_twenty_at_once_with_asyncio(self):
        old = revoke()
        sent()

        async def calls():
            async with httpx.AsyncClient(auth=self.auth, timeout=60) as client:
                return await asyncio.gather(*(client.post(API + "/v1", content="hello") for _ in range(20)))

        self.assertEqual({response.status_code for response in asyncio.run(calls())}, {200})
        tokens = {request["authorization"] for request in sent()} - {f"Bearer {old}"}
        self.assertEqual(len(tokens), 1)


if __name__ == "__main__":
    unittest.main()
