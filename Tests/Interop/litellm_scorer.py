"""A model behind LiteLLM for litellm.py: answers both stages in the form asked for and logs each answer. Also the keys.

LiteLLM imports this file from the folder of its config. Environment: INTEROP_LOG, the file of answers; INTEROP_KEY, the
virtual key; INTEROP_LIMIT, the requests it may make in a window of LITELLM_RATE_LIMIT_WINDOW_SIZE seconds.
"""
import base64
import hashlib
import json
import os
import re

from fastapi import HTTPException
from litellm import CustomLLM
from litellm.proxy._types import UserAPIKeyAuth, hash_token
from litellm.types.utils import Usage

ASKED = re.compile(r"Answer with JSON and nothing else, (\d+) numbers")
TOKENS_PER_PICTURE = 85


class Scorer(CustomLLM):
    async def acompletion(self, *_, **call):
        server_request = call["litellm_params"]["proxy_server_request"]
        texts, pictures = [], []
        for message in call["messages"]:
            content = message["content"]
            for part in [{"type": "text", "text": content}] if isinstance(content, str) else content:
                if part["type"] == "text":
                    texts.append(part["text"])
                else:
                    data = part["image_url"]["url"].split(";base64,", 1)[1]
                    pictures.append(hashlib.sha256(base64.b64decode(data, validate=True)).hexdigest())
        text = "\n".join(texts)
        digest = hashlib.sha256("\n".join([text] + pictures).encode()).hexdigest()
        asked = ASKED.search(text)
        scores = None
        if asked:
            scores = [hashlib.sha256(b"%s %d" % (digest.encode(), index)).digest()[0] % 11
                      for index in range(int(asked.group(1)))]
            answer = json.dumps({"scores": scores})
        else:
            # Other pictures, another text: else a control's scoring would be the same question as its original's.
            answer = "- Step 1: the picture shows view %s of the room.\nThe robot has come a little closer." % digest[:12]
        prompt_tokens = (len(text.encode()) + 3) // 4 + TOKENS_PER_PICTURE * len(pictures)
        completion_tokens = (len(answer) + 3) // 4
        line = json.dumps({
            "reference": server_request["headers"].get("x-client-request-id"), "body": digest, "scores": scores,
            "pictures": pictures, "has_schema": "response_format" in call["optional_params"],
            "prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens})
        log = os.open(os.environ["INTEROP_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(log, line.encode() + b"\n")
        finally:
            os.close(log)
        reply = call["model_response"]
        reply.choices[0].message.content = answer
        reply.choices[0].finish_reason = "stop"
        reply.usage = Usage(prompt_tokens=prompt_tokens, completion_tokens=completion_tokens,
                            total_tokens=prompt_tokens + completion_tokens)
        return reply


scorer = Scorer()


async def user_api_key_auth(request, api_key):
    """Virtual keys without a database. What is wrong with a key is said with the key in it, as some servers do."""
    if api_key != os.environ["INTEROP_KEY"]:
        raise HTTPException(401, "Incorrect API key provided: %s" % api_key)
    return UserAPIKeyAuth(api_key=hash_token(api_key), rpm_limit=int(os.environ["INTEROP_LIMIT"]))
