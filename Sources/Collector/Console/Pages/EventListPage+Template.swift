extension EventListPage {
    static let template = """
        {{<layout}}{{$title}}Events{{/title}}{{$onEvents}} aria-current="page"{{/onEvents}}
        {{$tools}}
        <form class="search" role="search" action="/console" method="get">
        {{#hidden}}<input type="hidden" name="{{name}}" value="{{value}}">{{/hidden}}
        <svg class="icon" aria-hidden="true"><use href="#i-search"/></svg>
        <input type="search" name="q" value="{{search}}" maxlength="100" placeholder="Event id, rule or title" aria-label="Search events" autocomplete="off" spellcheck="false" data-search>
        </form>
        <p class="live" data-live hidden><span class="pulse" aria-hidden="true"></span><span data-live-text>Live</span></p>
        {{/tools}}
        {{$main}}
        <div class="columns">
        <aside class="side" aria-label="Filters">
        <details class="side-fold" open data-fold>
        <summary><h2>Filters</h2>{{#hasChosen}}<span class="chosen-count">{{chosenCount}}</span>{{/hasChosen}}</summary>
        <div id="facets">{{>facets}}</div>
        </details>
        </aside>
        <section class="list" aria-labelledby="list-title">
        <div id="summary">
        <div class="list-head">
        <h1 id="list-title">{{headline}}</h1>
        <nav class="spans" aria-label="Time">
        {{#spans}}<a href="{{address}}"{{#chosen}} aria-current="true"{{/chosen}}>{{title}}</a>{{/spans}}
        </nav>
        </div>
        {{#activity}}
        <figure class="activity">
        <svg viewBox="0 0 {{width}} 36" preserveAspectRatio="none" role="group" aria-label="Activity over time">
        {{#bars}}<a href="{{address}}" class="bar"{{^any}} tabindex="-1" aria-hidden="true"{{/any}}{{#any}} aria-label="{{label}}"{{/any}}><title>{{label}}</title><rect class="hit" x="{{x}}" y="0" width="10" height="36"/>{{#any}}<rect class="b-other" x="{{x}}" y="{{otherY}}" width="8" height="{{other}}"/><rect class="b-redact" x="{{x}}" y="{{redactedY}}" width="8" height="{{redacted}}"/><rect class="b-block" x="{{x}}" y="{{blockedY}}" width="8" height="{{blocked}}"/>{{/any}}</a>{{/bars}}
        </svg>
        <figcaption><time datetime="{{from.iso}}">{{from.shortDate}} {{from.time}}</time><span class="legend"><i class="k-block"></i>blocked <i class="k-redact"></i>redacted <i class="k-other"></i>other</span><time datetime="{{to.iso}}">{{to.shortDate}} {{to.time}}</time></figcaption>
        </figure>
        {{/activity}}
        {{#isFiltered}}
        <ul class="chips" aria-label="Chosen filters">
        {{#chips}}<li><a href="{{remove}}" title="Remove this filter"><span>{{facet}}</span> {{value}}<svg class="icon" aria-hidden="true"><use href="#i-close"/></svg></a></li>{{/chips}}
        <li><a class="clear" href="/console">Clear all</a></li>
        </ul>
        {{/isFiltered}}
        </div>
        <div id="events" data-first="{{isFirstPage}}">{{>rows}}</div>
        </section>
        </div>
        {{/main}}{{/layout}}
        """

    static let rows = """
        {{#hasRows}}
        <ol class="events">
        {{#rows}}
        <li class="event a-{{action}}" data-event="{{id}}">
        <span class="badge"><svg class="icon" aria-hidden="true"><use href="#i-{{action}}"/></svg>{{actionLabel}}</span>
        <div class="what">
        <div class="subject"><a class="title" href="/console/events/{{id}}">{{title}}</a>{{#repeats}}<span class="repeats" title="times">{{repeats}}</span>{{/repeats}}<span class="classes">{{#classes}}<span class="class">{{label}}</span>{{/classes}}</span></div>
        {{#excerpt}}<code class="excerpt">{{before}}{{#found}}<mark>{{found}}</mark>{{/found}}{{after}}</code>{{/excerpt}}
        </div>
        <div class="where">{{#destination}}<span class="name">{{name}}</span>{{#tier}}<span class="tier t-{{key}}">{{label}}</span>{{/tier}}{{/destination}}</div>
        <div class="who">{{#user}}<span class="user">{{user}}</span>{{/user}}<span class="rest">{{#application}}{{application}} on {{/application}}{{device}}</span></div>
        <div class="when"><time datetime="{{made.iso}}" data-list><span class="day">{{made.shortDate}}</span> <span class="clock">{{made.time}}</span></time><span class="short">{{short}}</span></div>
        </li>
        {{/rows}}
        </ol>
        <nav class="pages" aria-label="Pages">
        {{#first}}<a class="button" href="{{first}}">Newest</a>{{/first}}
        {{#next}}<a class="button" href="{{next}}" rel="next">Older</a>{{/next}}
        </nav>
        {{/hasRows}}
        {{^hasRows}}
        {{#isTruly}}
        <div class="empty">
        <svg class="empty-mark" aria-hidden="true"><use href="#i-mark"/></svg>
        <h2>No events yet</h2>
        <p>Events appear here seconds after an agent decides about a prompt. To see the first one:</p>
        <ol class="steps">
        <li><span>Start an agent that delivers to this collector.</span><code>sluice agent run --collector http://127.0.0.1:7790 --enrolment-token-file FILE</code></li>
        <li><span>Send your tools through it.</span><code>export OPENAI_BASE_URL=http://127.0.0.1:7788/openai/v1</code></li>
        <li><span>Ask an assistant something with a key in it. The prompt is stopped, and stands here.</span></li>
        </ol>
        </div>
        {{/isTruly}}
        {{^isTruly}}
        <div class="empty">
        <h2>{{#isFirstPage}}Nothing matches{{/isFirstPage}}{{^isFirstPage}}No older events{{/isFirstPage}}</h2>
        <p>{{#isFirstPage}}No event passes all of these filters. Remove one, or choose a longer time.{{/isFirstPage}}{{^isFirstPage}}You have reached the end of the list.{{/isFirstPage}}</p>
        <p><a class="button" href="/console">All events</a></p>
        </div>
        {{/isTruly}}
        {{/hasRows}}
        """

    static let facets = """
        {{#facets}}
        <section class="facet">
        <h3>{{title}}</h3>
        <ul>
        {{#values}}<li><a href="{{address}}"{{#chosen}} aria-current="true"{{/chosen}}><span class="box" aria-hidden="true"></span>{{#icon}}<svg class="icon a-{{icon}}" aria-hidden="true"><use href="#i-{{icon}}"/></svg>{{/icon}}{{#tier}}<span class="dot t-{{tier}}" aria-hidden="true"></span>{{/tier}}<span class="label">{{label}}</span><span class="count">{{count}}</span></a></li>{{/values}}
        </ul>
        {{#more}}<p class="more">{{more}}</p>{{/more}}
        </section>
        {{/facets}}
        {{^facets}}<p class="more">{{#isTruly}}Filters appear with the first event.{{/isTruly}}{{^isTruly}}Nothing to narrow.{{/isTruly}}</p>{{/facets}}
        """
}
