"""A small MCP server over stdio, of the standard library alone: one tool that greets, with a word from a dependency if it is there."""
import json
import os
import sys

tool = {
    "name": "greet",
    "description": "Greets somebody.",
    "inputSchema": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
}


def word():
    try:
        from greeting_words import hello

        return hello()
    except ImportError:
        return "Hello"


def answer(method, params):
    if method == "initialize":
        return {
            "protocolVersion": params["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "greeting-server", "version": "1.0.0"},
        }
    if method == "tools/list":
        return {"tools": [tool]}
    if method == "tools/call":
        text = "%s, %s!" % (word(), params["arguments"]["name"])
        return {"content": [{"type": "text", "text": text}]}
    return {}


def main():
    sys.stderr.write("greeting from %s\n" % os.getcwd())
    for line in sys.stdin:
        message = json.loads(line)
        if "id" in message:
            result = answer(message["method"], message.get("params") or {})
            print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}), flush=True)


if __name__ == "__main__":
    main()
