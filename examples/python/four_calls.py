"""Example 8: the four calls that an app makes, with nothing but Python's own library.

    python3 four_calls.py http://127.0.0.1:8080
"""
import json
import sys
import urllib.request


def call(gateway, path, body, key=None):
    """POSTs JSON and returns the answer; a refusal raises urllib.error.HTTPError, whose body names its code."""
    headers = {"Content-Type": "application/json"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    request = urllib.request.Request(gateway + path, json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def main(gateway):
    # 1. Register the app, once: the key is shown this one time.
    app = call(gateway, "/api/apps/register", {
        "app_name": "four calls", "app_version": "1.0", "developer": "you", "description": "An example.",
        "requested_permissions": ["hinata_submit", "psp_context", "enhancement_access"],
    })
    key = app["api_key"]

    # 2. Submit what the person found worth keeping, and wait until it is understood.
    submitted = call(gateway, "/api/hinata/submit", {
        "user_id": "grace",
        "hinata_batch": [{
            "id": "py-1", "timestamp": "2026-03-01T10:00:00Z", "source": "my_chatbot",
            "highlight": "A compiler translates a program into the language of the machine.",
            "note": "I want to write a compiler that reads like English.", "tag": ["compilers"],
        }],
        "processing_options": {"wait_ms": 5000},
    }, key)

    # 3. What is known about the person that matters for a request.
    context = call(gateway, "/api/psp/context", {"user_id": "grace", "current_request": "Which book next?"}, key)

    # 4. A system prompt for one question.
    prompt = call(gateway, "/api/enhancement/personalized", {
        "user_id": "grace", "question": "How do I begin with a parser?", "token_budget": 500,
    }, key)

    print(json.dumps({
        "accepted": submitted["processed_count"], "components": context["active_components_count"],
        "prompt": prompt["personalized_prompt"],
    }))


if __name__ == "__main__":
    main(sys.argv[1])
