extension EventPageView {
    static let template = """
        {{<layout}}{{$title}}{{title}} ({{short}}){{/title}}{{$onEvents}} aria-current="true"{{/onEvents}}
        {{$main}}
        <article class="page a-{{action}}">
        <p class="crumb"><a href="/console" data-back><svg class="icon" aria-hidden="true"><use href="#i-back"/></svg>Events</a></p>
        <header class="page-head">
        <span class="badge big"><svg class="icon" aria-hidden="true"><use href="#i-{{action}}"/></svg>{{actionLabel}}</span>
        <h1>{{subject}}</h1>
        <p class="lead">{{outcome}}</p>
        <p class="meta"><span>Event <b class="short">{{short}}</b></span><time datetime="{{made.iso}}" data-full>{{made.date}}, {{made.time}} UTC</time><span>{{ago}}</span>{{#repeats}}<span><b>{{count}} times</b>, last <time datetime="{{last.iso}}" data-full>{{last.date}}, {{last.time}} UTC</time></span>{{/repeats}}</p>
        </header>
        <div class="halves">
        <div>
        {{#gap}}<section class="card" aria-labelledby="gap-title"><h2 id="gap-title">What is missing</h2><p>{{count}} events, numbers {{first}} to {{last}}, were evicted from the device's journal before they were delivered. {{#signed}}The device signed this record.{{/signed}}</p></section>{{/gap}}
        {{#hasFindings}}
        <section aria-labelledby="found-title">
        <h2 id="found-title">What was found</h2>
        {{#findings}}{{>finding}}{{/findings}}
        {{#omitted}}<p class="note">{{omitted}} did not fit into the record.</p>{{/omitted}}
        </section>
        {{/hasFindings}}
        {{#opaque}}<section class="card" aria-labelledby="opaque-title"><h2 id="opaque-title">What could not be inspected</h2><p><b>{{opaque}}</b></p><p class="note">{{opaqueAdvice}}</p></section>{{/opaque}}
        {{#hasUsage}}
        <section class="card" aria-labelledby="used-title">
        <h2 id="used-title">What was used</h2>
        {{#usage}}<dl>
        <div><dt>Destination</dt><dd>{{name}} <span class="tier t-{{tier}}">{{tierLabel}}</span></dd></div>
        <div><dt>Program</dt><dd>{{program}} ({{channel}})</dd></div>
        <div><dt>Prompts</dt><dd>{{prompts}}, {{stopped}} stopped; {{tunnels}} connections not looked into</dd></div>
        </dl>{{/usage}}
        </section>
        {{/hasUsage}}
        {{#policy}}
        <section class="card" aria-labelledby="why-title">
        <h2 id="why-title">Why it was decided so</h2>
        {{#hasTrace}}<ol class="trace">{{#trace}}<li class="s-{{kind}}"><span class="step">{{step}}</span><span class="text">{{text}}</span></li>{{/trace}}</ol>{{/hasTrace}}
        <p class="note">Policy <b>{{name}}</b>{{#digest}}, snapshot <code title="{{digestFull}}">{{digest}}</code>{{/digest}}</p>
        </section>
        {{/policy}}
        </div>
        <div>
        {{#destination}}
        <section class="card" aria-labelledby="where-title">
        <h2 id="where-title">Where it was going</h2>
        <p class="dest"><b>{{name}}</b><span class="tier t-{{tier}}">{{tierLabel}}</span></p>
        <dl>
        <div><dt>Provider</dt><dd>{{provider}}</dd></div>
        {{#model}}<div><dt>Model</dt><dd><code>{{model}}</code></dd></div>{{/model}}
        {{#host}}<div><dt>Host</dt><dd><code>{{host}}</code></dd></div>{{/host}}
        {{#facts}}
        {{#runBy}}<div><dt>Run by</dt><dd>{{runBy}}</dd></div>{{/runBy}}
        {{#jurisdiction}}<div><dt>Jurisdiction</dt><dd>{{jurisdiction}}</dd></div>{{/jurisdiction}}
        {{#trains}}<div><dt>Trains by default</dt><dd{{#trainsYes}} class="warn"{{/trainsYes}}>{{trains}}</dd></div>{{/trains}}
        {{#retention}}<div><dt>Retention</dt><dd>{{retention}}</dd></div>{{/retention}}
        {{/facts}}
        </dl>
        {{#facts}}
        {{#hasTerms}}<h3>Terms</h3><ul class="terms">{{#terms}}<li><span>{{name}}</span><span class="standing k-{{key}}" title="{{help}}">{{standing}}</span></li>{{/terms}}</ul>{{/hasTerms}}
        <p class="note">{{#checked}}Looked up on {{checked}}.{{/checked}} {{#source}}<a href="{{source}}" rel="noreferrer noopener" target="_blank">Source<svg class="icon" aria-hidden="true"><use href="#i-out"/></svg></a>{{/source}}</p>
        {{/facts}}
        </section>
        {{/destination}}
        <section class="card" aria-labelledby="who-title">
        <h2 id="who-title">Who sent it</h2>
        <dl>
        {{#origin}}
        {{#user}}<div><dt>User</dt><dd>{{user}}</dd></div>{{/user}}
        {{#application}}<div><dt>Application</dt><dd>{{application}}</dd></div>{{/application}}
        {{#channel}}<div><dt>Channel</dt><dd>{{channel}}</dd></div>{{/channel}}
        <div><dt>Device</dt><dd>{{device}}{{#system}}, {{system}}{{/system}}</dd></div>
        <div><dt>Device id</dt><dd><code>{{deviceUID}}</code></dd></div>
        <div><dt>Sluice</dt><dd>{{version}}</dd></div>
        {{/origin}}
        </dl>
        </section>
        <section class="card" aria-labelledby="record-title">
        <h2 id="record-title">Record</h2>
        <dl>
        <div><dt>Id</dt><dd><code>{{id}}</code></dd></div>
        {{#record}}
        <div><dt>Journal</dt><dd><code>{{journal}}</code>, no. {{sequence}}</dd></div>
        <div><dt>Previous hash</dt><dd><code>{{previous}}…</code></dd></div>
        <div><dt>Received</dt><dd><time datetime="{{received.iso}}" data-full>{{received.date}}, {{received.time}} UTC</time></dd></div>
        {{#inspected}}<div><dt>Inspected</dt><dd>{{inspected}}{{#took}} in {{took}}{{/took}}</dd></div>{{/inspected}}
        {{/record}}
        </dl>
        </section>
        </div>
        </div>
        <details class="card raw">
        <summary><h2>OCSF record</h2><span class="note">Data Security Finding, class 2006, as it goes to a SIEM</span></summary>
        <p><a class="button" href="/api/v1/events/{{id}}">Open as JSON</a></p>
        <pre tabindex="0" aria-label="OCSF record"><code>{{raw}}</code></pre>
        </details>
        </article>
        {{/main}}{{/layout}}
        """

    static let finding = """
        <div class="card finding">
        <div class="finding-head">
        <h3>{{name}}</h3>
        <span class="class">{{class}}</span><span class="severity v-{{severity}}">{{severityLabel}}</span>
        </div>
        {{#excerpt}}<pre class="excerpt" tabindex="0" aria-label="Masked excerpt"><code>{{before}}{{#found}}<mark>{{found}}</mark>{{/found}}{{after}}</code></pre>{{/excerpt}}
        {{#place}}<p class="place">In {{place}}{{#count}}, {{count}}{{/count}}</p>{{/place}}
        <p class="advice">{{advice}}</p>
        {{#revoke}}<p><a class="button" href="{{revoke}}" rel="noreferrer noopener" target="_blank">Rotate it<svg class="icon" aria-hidden="true"><use href="#i-out"/></svg></a></p>{{/revoke}}
        <dl>
        <div><dt>Policy said</dt><dd class="a-{{action}}"><span class="said">{{actionLabel}}</span></dd></div>
        <div><dt>Confidence</dt><dd><meter min="0" max="1" low="0.5" high="0.7" optimum="1" value="{{meter}}">{{confidence}}</meter> {{confidence}}</dd></div>
        <div><dt>Rule</dt><dd><code>{{rule}}</code></dd></div>
        {{#path}}<div><dt>Path</dt><dd><code>{{path}}</code></dd></div>{{/path}}
        {{#key}}<div><dt>Under the key</dt><dd><code>{{key}}</code></dd></div>{{/key}}
        {{#length}}<div><dt>Length</dt><dd>{{length}}</dd></div>{{/length}}
        {{#views}}<div><dt>Seen through</dt><dd>{{views}}</dd></div>{{/views}}
        {{#hasReasons}}<div><dt>Because of</dt><dd class="reasons">{{#reasons}}<span>{{name}}</span>{{/reasons}}</dd></div>{{/hasReasons}}
        {{#fingerprint}}<div><dt>Fingerprint</dt><dd><code title="{{full}}">{{short}}…</code><span class="note">{{scope}}</span></dd></div>{{/fingerprint}}
        </dl>
        </div>
        """
}
