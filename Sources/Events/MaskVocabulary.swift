/// The words that masking keeps. Public by nature, few, and nothing that a person would choose as a password beyond the names of keys.
enum MaskVocabulary {
    private static func words(_ list: String) -> Set<String> {
        Set(list.split(whereSeparator: \.isWhitespace).map(String.init))
    }

    /// The lower-case form of a word in lower, upper or capitalised spelling; nil for mixed case and for what is not ASCII.
    static func plainForm(_ word: ArraySlice<UInt8>) -> String? {
        let uppers = word.count { (0x41...0x5A).contains($0) }
        let letters = word.count { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
        guard word.allSatisfy({ $0 < 0x80 }), let first = word.first else { return nil }
        guard uppers == 0 || uppers == letters || (uppers == 1 && (0x41...0x5A).contains(first)) else { return nil }
        return String(decoding: word.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }, as: UTF8.self)
    }

    /// Log levels and words, HTTP methods, names of keys.
    static let text: Set<String> = words(
        """
        trace debug info notice warn warning error fatal critical level msg message time timestamp ts date status code
        request response method get post put patch delete head options http https password passwd pwd passphrase secret
        token key api apikey auth authorization bearer basic credential credentials client private access refresh
        session cookie jwt webhook certificate username user email account host hostname port url uri dsn id name type
        header iban card ssn phone env export begin end rsa ec openssh null true false
        """)

    /// Kept only when joined to another word: `GITHUB_TOKEN`, `aws-secret`.
    static let services: Set<String> = words(
        """
        aws azure gcp google github gitlab slack stripe openai anthropic npm pypi docker postgres mysql redis mongo smtp
        ssh db database twilio sendgrid datadog sentry vault hf cloudflare heroku telegram discord
        """)

    /// Kept only before `://`.
    static let schemes: Set<String> = words(
        """
        postgres postgresql mysql mongodb redis rediss amqp amqps ftp sftp ssh smtp ldap ldaps git wss ws file s3
        """)

    /// Mixed-case names of keys and request fields.
    static let camelCase: Set<String> = words(
        """
        apiKey accessKey accessToken refreshToken clientSecret clientId secretKey privateKey authToken accountKey
        AccountKey userName functionCall functionResponse inlineData systemInstruction fileData OpenAI GitHub GitLab
        """)

    /// Names of the fields of provider requests.
    static let pathNames: Set<String> = words(
        """
        messages content contents text parts part input output system instructions tools tool function arguments
        description parameters properties result role prompt metadata image source data calls results body clipboard
        stdin query
        """)

    /// Families, sizes and stages of models.
    static let models: Set<String> = words(
        """
        gpt chatgpt codex whisper tts dall sora text embedding omni moderation o1 o3 o4 claude sonnet opus haiku instant
        gemini gemma imagen veo pro flash ultra nano mini micro lite large medium small tiny mistral mixtral magistral
        codestral devstral pixtral ministral voxtral open deepseek chat coder reasoner llama llama2 llama3 qwen qwen2
        qwen3 phi phi3 phi4 grok command kimi glm oss instruct turbo preview latest exp vision audio realtime thinking
        fast transcribe search image max plus nova titan anthropic openai google meta amazon
        """)

    /// Programs that talk to models, and the runtimes and libraries they are made with.
    static let clients: Set<String> = words(
        """
        openai anthropic claude code cli codex cursor copilot vscode continue aider zed windsurf cline roo gemini
        mistral ollama opencode goose sdk external curl wget httpx aiohttp requests urllib urllib3 okhttp axios undici
        fetch got reqwest hyper python python3 node nodejs deno bun java go ruby php rust dotnet swift git bash zsh sh
        sluice mozilla chrome chromium firefox safari edge linux darwin macos windows async langchain litellm llamaindex
        jetbrains idea nvim vim emacs electron
        """)
}
