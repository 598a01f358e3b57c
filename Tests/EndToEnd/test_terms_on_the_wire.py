"""Terms of use are put on the wire, or the request is refused: for each row the wire before and after.

One agent serves every provider; all of them are the stand-in. `sent` is what a client sends, `left` what the provider gets: the very same
bytes but for what policy sets, or None for a request that never left.
"""

import base64
import json

import pytest
from test_wire import host, kept, post

PROVIDERS = ["openai", "anthropic", "google", "microsoft", "mistral", "xai", "fireworks", "aws", "openrouter", "vercel-ai-gateway",
             "cloudflare", "huggingface", "ollama", "github-copilot", "groq"]

POLICY = """
preset = "balanced"

[tiers]
default = "tolerated"
ollama-cloud = "forbidden"

[[account]]
name = "ours"
provider = "openai"
organisations = ["ours-*"]
tier = "approved"

[[account]]
name = "personal plans"
provider = "openai"
plans = ["free", "plus"]
tier = "forbidden"

[[account]]
name = "our organisation at Claude"
provider = "anthropic"
organisations = ["0a0a0a0a-*"]
tier = "approved"

[[account]]
name = "another organisation at Claude"
provider = "anthropic"
shown = true
tier = "forbidden"

[[wire]]
name = "nothing is kept"
inject = ["no-store", "zero-retention", "no-training"]

[[wire]]
name = "our upstreams"
surface = "openrouter-api"
upstreams = ["anthropic"]

[[wire]]
name = "one upstream"
surface = "hf-router"
upstreams = ["together"]

[[wire]]
name = "in the United States"
provider = "anthropic"
regions = ["us"]

[[wire]]
name = "in Europe"
provider = "google"
regions = ["eu"]

[[wire]]
name = "background work"
deny = ["background", "feedback"]

[[wire]]
name = "with personal data"
classes = ["personal", "financial"]
deny = ["files", "batches", "grounding", "stored-state"]

[[wire]]
name = "our project"
surface = "groq-api"
fields = { x-project = ["alpha", "beta"] }

[tenants]
chatgpt-workspaces = ["w-1", "w-2"]
openai-organizations = ["org-1"]
anthropic-organizations = ["0a0a0a0a-1"]
google-domains = ["acme.example"]
gemini-code-assist-domains = ["acme.example"]
microsoft-policy = "tenant:policy"
microsoft-tenants = ["acme.onmicrosoft.com"]
microsoft-directory = "directory"
github-enterprise = "17"
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One agent for all rows: none of them changes what the others see."""
    import shutil
    from standin import StandIn
    from world import World, temporary_folder

    folder = temporary_folder()
    standin = StandIn().start()
    flags = [part for name in PROVIDERS for part in ("--upstream", f"{name}={standin.url}")]
    world = World(folder, policy=POLICY, agent_flags=flags, collector=False)
    world.standin.stop()
    world.standin = standin
    yield world
    world.assert_nothing_leaked()
    world.close()
    shutil.rmtree(folder, ignore_errors=True)


def call(world, path, body, headers=(), method="POST"):
    """Sends a request; the answer and the request that reached the provider, or None."""
    before = len(world.standin.requests)
    raw = body if isinstance(body, bytes) else body.encode()
    request = post(path, raw, [("Content-Type", "application/json"), *headers], host(world))
    if method == "GET":
        request = request.replace(b"POST", b"GET", 1)
    answer = world.raw(request)
    new = world.standin.requests[before:]
    assert len(new) <= 1
    return answer, new[0] if new else None


SIGNED = [("Authorization", "AWS4-HMAC-SHA256 Credential=AK/20261124/us-east-1/bedrock/aws4_request, Signature=00")]
VERTEX = "/google/v1/projects/p/locations/{}/publishers/google/models/gemini-3:generateContent"
IBAN_NOTE = "please transfer to DE89 3704 0044 0532 0130 00"

# name, path, body that the client sends, body that leaves (None: refused), words of the refusal
BODIES = [
    ("openai responses", "/openai/v1/responses", '{"model":"gpt-5","input":"hi"}', '{"store":false,"model":"gpt-5","input":"hi"}', ""),
    ("openai responses, stored", "/openai/v1/responses", '{"store": true, "input":"hi"}', '{"store": false, "input":"hi"}', ""),
    ("openai responses, as demanded", "/openai/v1/responses", '{"input":"hi","store":false}', '{"input":"hi","store":false}', ""),
    ("openai chat", "/openai/v1/chat/completions", '{ "messages":[] }', '{"store":false, "messages":[] }', ""),
    ("azure responses", "/microsoft/openai/v1/responses", '{"input":"hi"}', '{"store":false,"input":"hi"}', ""),
    ("xai responses", "/xai/v1/responses", '{"input":"hi"}', '{"store":false,"input":"hi"}', ""),
    ("fireworks responses", "/fireworks/inference/v1/responses", '{"input":"hi"}', '{"store":false,"input":"hi"}', ""),
    ("mistral conversations", "/mistral/v1/conversations", '{"inputs":"hi"}', '{"store":false,"inputs":"hi"}', ""),
    ("bedrock responses", "/aws/openai/v1/responses", '{"input":"hi"}', '{"store":false,"input":"hi"}', ""),
    ("openrouter", "/openrouter/api/v1/chat/completions", '{"messages":[],"provider":{"data_collection":"allow"}}',
     '{"messages":[],"provider":{"zdr":true,"only":["anthropic"],"allow_fallbacks":false,"data_collection":"deny"}}', ""),
    ("openrouter, nothing said", "/openrouter/api/v1/chat/completions", '{"messages":[]}',
     '{"provider":{"data_collection":"deny","zdr":true,"only":["anthropic"],"allow_fallbacks":false},"messages":[]}', ""),
    ("vercel", "/vercel-ai-gateway/v1/chat/completions", '{"messages":[]}',
     '{"providerOptions":{"gateway":{"zeroDataRetention":true,"disallowPromptTraining":true}},"messages":[]}', ""),
    ("claude's region", "/anthropic/v1/messages", '{"max_tokens":1,"messages":[]}',
     '{"inference_geo":"us","max_tokens":1,"messages":[]}', ""),
    ("a region in the path", VERTEX.format("europe-west4"), '{"contents":[]}', '{"contents":[]}', ""),
    ("another region in the path", VERTEX.format("us-central1"), '{"contents":[]}', None, "the region us"),
    ("no region in the path", VERTEX.format("global"), '{"contents":[]}', None, "does not fix"),
    ("an upstream in the model's name", "/huggingface/v1/chat/completions", '{"model":"a/b:together","messages":[]}',
     '{"model":"a/b:together","messages":[]}', ""),
    ("no upstream in the model's name", "/huggingface/v1/chat/completions", '{"model":"a/b","messages":[]}', None, "together only"),
    ("background", "/openai/v1/responses", '{"background":true,"input":"hi"}', None, "background processing"),
    ("feedback", "/openai/backend-api/conversation/message_feedback", '{"rating":"up"}', None, "feedback"),
    ("a batch without personal data", "/openai/v1/batches", '{"input_file_id":"file-1"}', '{"input_file_id":"file-1"}', ""),
    ("a batch with an account number", "/openai/v1/batches", json.dumps({"metadata": {"note": IBAN_NOTE}}), None, "a batch"),
    ("a file with an account number", "/openai/v1/files", json.dumps({"note": IBAN_NOTE}), None, "a file that stays"),
    ("grounding with an account number", VERTEX.format("europe-west4"),
     json.dumps({"contents": [{"role": "user", "parts": [{"text": IBAN_NOTE}]}], "tools": [{"googleSearch": {}}]}), None, "search the web"),
    ("state with an account number", "/openai/v1/responses", json.dumps({"input": IBAN_NOTE, "previous_response_id": "resp_1"}), None,
     "state that the provider keeps"),
    ("a local model", "/ollama/api/chat", '{"model":"gpt-oss:20b","messages":[]}', '{"model":"gpt-oss:20b","messages":[]}', ""),
    ("a local program's cloud model", "/ollama/api/chat", '{"model":"gpt-oss:120b-cloud","messages":[]}', None, "Ollama"),
    ("a provider without a field", "/groq/openai/v1/chat/completions", '{"messages":[]}', None, "x-project is missing"),
]


@pytest.mark.parametrize("path,sent,left,words", [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
def test_body(shared, path, sent, left, words):
    answer, request = call(shared, path, sent)
    if left is None:
        assert request is None, request.body
        assert b" 40" in answer.split(b"\r\n")[0] and words in answer.decode(), answer
        assert "x-sluice-event" in answer.decode().lower() or "Event " in answer.decode()
    else:
        assert request is not None, answer
        assert request.body.decode() == left
        assert request.header("content-length") == str(len(left))


def test_a_signed_body_is_refused_and_one_that_says_it_already_passes(shared):
    answer, request = call(shared, "/aws/openai/v1/responses", '{"input":"hi"}', SIGNED)
    assert request is None and "signed" in answer.decode(), answer
    answer, request = call(shared, "/aws/openai/v1/responses", '{"input":"hi","store":false}', SIGNED)
    assert request.body == b'{"input":"hi","store":false}'


def test_cloudflares_flags_are_headers_and_the_body_stays(shared):
    body = '{ "messages" : [ ] }'
    _, request = call(shared, "/cloudflare/v1/acc/gw/openai/chat/completions", body, [("CF-AIG-Collect-Log", "true"), ("x-a", "1")])
    assert request.body.decode() == body
    flags = [(n.lower(), v) for n, v in request.headers if n.lower().startswith("cf-aig")]
    assert flags == [("cf-aig-collect-log", "false"), ("cf-aig-collect-log-payload", "false"), ("cf-aig-zdr", "true")]
    assert request.header("x-a") == "1"


@pytest.mark.parametrize("value,passes", [("alpha", True), ("Beta", True), ("gamma", False)])
def test_a_field_that_the_client_must_send(shared, value, passes):
    _, request = call(shared, "/groq/openai/v1/chat/completions", '{"messages":[]}', [("X-Project", value)])
    assert (request is not None) == passes


TENANTS = [
    ("/openai/v1/chat/completions", "OpenAI-Allowed-Organization-Ids", "org-1"),
    ("/openai/backend-api/conversation", "ChatGPT-Allowed-Workspace-Id", "w-1,w-2"),
    ("/anthropic/v1/messages", "anthropic-allowed-org-ids", "0a0a0a0a-1"),
    ("/google/v1internal:generateContent", "X-GeminiCodeAssist-Allowed-Domains", "acme.example"),
    (VERTEX.format("europe-west4"), "X-GoogApps-Allowed-Domains", "acme.example"),
    ("/microsoft/common/oauth2/v2.0/token", "sec-Restrict-Tenant-Access-Policy", "tenant:policy"),
    ("/microsoft/common/oauth2/v2.0/token", "Restrict-Access-To-Tenants", "acme.onmicrosoft.com"),
    ("/microsoft/common/oauth2/v2.0/token", "Restrict-Access-Context", "directory"),
    ("/github-copilot/chat/completions", "sec-GitHub-allowed-enterprise", "17"),
]


@pytest.mark.parametrize("path,name,value", TENANTS, ids=[row[1] + " " + str(i) for i, row in enumerate(TENANTS)])
def test_tenant_header(shared, path, name, value):
    """A client's own copies are taken out, in any spelling and number, and the organisation's goes in."""
    for copies in ([], [(name, "theirs")], [(name.upper(), "a"), ("X-Between", "1"), (name.lower(), "b")]):
        # A GET has no body that a region could be asked of.
        _, request = call(shared, path, "", copies, method="GET")
        assert request is not None
        assert [v for n, v in request.headers if n.lower() == name.lower()] == [value]


def test_a_clients_copy_goes_to_no_other_provider_either(shared):
    _, request = call(shared, "/mistral/v1/chat/completions", '{"messages":[]}', [("Anthropic-Allowed-Org-Ids", "theirs")])
    assert request.header("anthropic-allowed-org-ids") is None
    assert request.body == b'{"messages":[]}'


# Plans and accounts

def chatgpt_token(plan, account):
    part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
    claims = {"https://api.openai.com/auth": {"chatgpt_plan_type": plan, "chatgpt_account_id": account}}
    return [("Authorization", f"Bearer {part({'alg': 'RS256'})}.{part(claims)}.c2ln")]


@pytest.mark.parametrize("plan,account,passes", [("enterprise", "ours-1", True), ("plus", "theirs", False), ("free", "x", False)])
def test_the_plan_in_a_chatgpt_token_gives_the_tier(shared, plan, account, passes):
    body = json.dumps({"model": "gpt-5", "input": "hi", "store": False})
    answer, request = call(shared, "/openai/backend-api/codex/responses", body, chatgpt_token(plan, account))
    assert (request is not None) == passes, answer
    if passes:
        assert request.body.decode() == body


def test_the_organisation_in_claudes_path_gives_the_tier(shared):
    path = "/anthropic/api/organizations/{}/chat_conversations/1"
    assert call(shared, path.format("0a0a0a0a-1"), "", method="GET")[1] is not None
    answer, request = call(shared, path.format("ffffffff-1"), "", method="GET")
    assert request is None and "may not be used" in answer.decode()


# What the provider's replies show

def test_the_real_training_switch_is_read_in_passing(shared):
    """Personal data goes as placeholders to a tolerated destination; where the account's own setting allows training, policy may say more."""
    from standin import Behaviour

    key = [("Authorization", "Bearer switch-1")]
    shared.standin.behaviour = Behaviour(fixed_json={"settings": {"training_allowed": True}})
    answer, request = call(shared, "/openai/backend-api/settings/user", "", [*key, ("Accept-Encoding", "gzip")], method="GET")
    assert b"training_allowed" in answer and request.header("accept-encoding") == "identity"
    shared.standin.behaviour = Behaviour()
    body = json.dumps({"model": "gpt-5", "store": False, "input": f"from {IBAN_NOTE}"})
    events = len(shared.journal_events())
    call(shared, "/openai/v1/responses", body, key)
    event = shared.journal_events()[events]["unmapped"]["sluice"]
    assert any("the account's setting allows training" in step["text"] for step in event["policy"]["trace"])
    assert "no-training" not in [term["name"] for term in event["destination"]["facts"]["terms"]]
    # Another key's account is another account.
    events = len(shared.journal_events())
    call(shared, "/openai/v1/responses", body.replace("from", "of"), [("Authorization", "Bearer switch-2")])
    event = shared.journal_events()[events]["unmapped"]["sluice"]
    assert {"name": "no-training", "standing": "assumed"} in event["destination"]["facts"]["terms"]


def test_an_event_tells_what_was_enforced_attested_and_assumed(shared):
    events = len(shared.journal_events())
    call(shared, "/openrouter/api/v1/chat/completions", json.dumps({"messages": [{"role": "user", "content": IBAN_NOTE}]}))
    record = shared.journal_events()[events]["unmapped"]["sluice"]["destination"]
    standing = {term["name"]: term["standing"] for term in record["facts"]["terms"]}
    assert standing["no-training"] == "enforced" and standing["zero-retention"] == "enforced"
    names = {control["name"] for control in record["controls"] if control["outcome"] == "set"}
    assert {"provider.data_collection", "provider.zdr", "provider.only"} <= names
    events = len(shared.journal_events())
    call(shared, "/openai/v1/responses", '{"background":true,"input":"hi"}')
    record = shared.journal_events()[events]["unmapped"]["sluice"]
    assert record["action"] == "block"
    assert {"name": "background", "outcome": "refused"} in record["destination"]["controls"]


def test_without_terms_nothing_changes(world):
    """The preset alone: byte for byte, and header fields in order."""
    body = '{ "input" : "hi" ,"store":true}'
    headers = [("X-A", "1"), ("anthropic-allowed-org-ids", "mine"), ("x-b", "2")]
    _, request = call(world, "/openai/v1/responses", body, headers)
    assert request.body.decode() == body
    sent = [("Content-Type", "application/json"), *headers, ("Content-Length", str(len(body)))]
    assert kept(request.headers) == kept(sent)
