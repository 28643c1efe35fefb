"""Presses keys in the viewer and sets a flag, in Chromium over its debugging pipe.

    python3 keys.py CHROMIUM ADDRESS EPISODE

Needs nothing beyond Python's own library.
"""

import json
import os
import subprocess
import sys
import tempfile
import time


class Browser:
    def __init__(self, program, profile):
        from_us, to_browser = os.pipe()
        from_browser, to_us = os.pipe()

        def arrange():
            # The browser reads from 3 and writes to 4.
            reading, writing = os.dup(from_us), os.dup(to_us)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             f"--user-data-dir={profile}", "about:blank"],
            preexec_fn=arrange, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(from_us)
        os.close(to_us)
        self.input, self.output = os.fdopen(to_browser, "wb", 0), from_browser
        self.buffer, self.number, self.session, self.complaints = b"", 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(domain + ".enable")

    def message(self):
        while b"\0" not in self.buffer:
            piece = os.read(self.output, 1 << 16)
            if not piece:
                raise SystemExit("the browser has ended")
            self.buffer += piece
        text, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **parameters):
        self.number += 1
        request = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        self.input.write(json.dumps(request).encode() + b"\0")
        while True:
            reply = self.message()
            if reply.get("method") in ("Log.entryAdded", "Runtime.exceptionThrown"):
                self.complaints.append(json.dumps(reply["params"])[:400])
            if reply.get("id") == self.number:
                if "error" in reply:
                    raise SystemExit(f"{method}: {reply['error']}")
                return reply["result"]

    def value(self, expression):
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def wait(self, expression):
        """Until the expression is true; a page that is being left has no answer."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                if self.value(f"document.readyState === 'complete' && ({expression})"):
                    return True
            except SystemExit:
                if self.process.poll() is not None:
                    raise
            time.sleep(0.03)
        return False

    def open(self, address):
        self.call("Page.navigate", url=address)

    def press(self, key):
        codes = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Enter": 13, "Escape": 27}
        code = codes.get(key) or ord(key.upper())
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else None)
        down = {"type": "keyDown" if text else "rawKeyDown", "key": key, "windowsVirtualKeyCode": code}
        if text:
            down["text"] = text
        self.call("Input.dispatchKeyEvent", **down)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)

    def close(self):
        self.process.terminate()
        self.process.wait()


def main(program, address, episode):
    failures = 0

    def expect(what, is_true):
        nonlocal failures
        if not is_true:
            failures += 1
            print(f"keys: {what}; at {browser.value('location.href')}")

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        try:
            def at(path):
                return browser.wait(f"location.pathname === '{path}'")

            first = f"/episodes/{episode}"
            browser.open(address + first[1:] + "?sort=mean&reverse=1")
            expect("the episode opens", at(first))
            browser.press("Enter")
            expect("Enter goes to step 0", at(first + "/0"))
            for key, step in (("ArrowRight", 1), ("k", 2), ("j", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("j", 0)):
                browser.press(key)
                expect(f"{key} goes to step {step}", at(f"{first}/{step}"))
            browser.press("ArrowLeft")
            expect("before the first step there is nothing", at(first + "/0"))
            expect("the list's order stays in the address", browser.value("location.search") == "?sort=mean&reverse=1")
            is_down = browser.value("document.querySelector('a[data-down]') !== null")
            other = browser.value(f"document.querySelector('a[data-{'down' if is_down else 'up'}]').pathname")
            browser.press("ArrowDown" if is_down else "ArrowUp")
            expect("arrows go to the next episode", at(other))
            browser.open(address + first[1:] + "/1")
            expect("the step opens", at(first + "/1"))
            browser.press("f")
            expect("f goes to the note", browser.wait("document.activeElement.matches('[data-flag]')"))
            for letter in "jfk <b>":
                browser.press(letter)
            expect("keys in a field write", browser.value("document.activeElement.value") == "jfk <b>")
            browser.press("Enter")
            expect("Enter saves", browser.wait("document.querySelector('.flag-form.set') !== null"))
            expect("the note is kept", browser.value("document.querySelector('[data-flag]').value") == "jfk <b>")
            browser.value("document.querySelector('button[value=remove]').click()")
            expect("the flag is removed", browser.wait("document.querySelector('.flag-form:not(.set)') !== null"))
            browser.press("Escape")
            expect("Escape goes to the episode", at(first))
            browser.open(address)
            expect("the list opens", at("/"))
            browser.value("(() => { const s = document.querySelector('select[name=split]');"
                          " s.selectedIndex = 1; s.dispatchEvent(new Event('change', { bubbles: true })) })()")
            expect("choosing is enough", browser.wait("location.search.includes('split=')"))
            expect("open fields stay out of the address", "goal=" not in browser.value("location.search"))
            for complaint in browser.complaints:
                failures += 1
                print("keys: the browser complains: " + complaint)
        finally:
            browser.close()
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
