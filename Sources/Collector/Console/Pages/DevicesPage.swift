/// Which devices deliver, how far, and what is missing.
struct DevicesPage {
    private let devices: [DeviceSummary]
    private let now: UInt64

    init(_ devices: [DeviceSummary], now: UInt64) {
        self.devices = devices
        self.now = now
    }

    var view: View {
        var view = EventListPage.frame
        view["headline"] = Wording.count(devices.count, "device")
        view["devices"] = devices.map(device)
        view["hasDevices"] = !devices.isEmpty
        return view
    }

    private func device(_ device: DeviceSummary) -> View {
        var query = EventQuery()
        query.values[.device] = [device.uid]
        let missing = device.journals.reduce(UInt64(0)) { $0 &+ $1.missing }
        let dropped = device.journals.reduce(UInt64(0)) { $0 &+ $1.dropped }
        let conflicts = device.journals.reduce(0) { $0 + $1.conflicts }
        return [
            "name": device.hostname ?? device.uid, "uid": device.uid, "system": optional(device.system),
            "version": optional(device.productVersion), "address": query.address,
            "lastSeen": Moment.view(device.lastSeen), "ago": Moment.ago(device.lastSeen, now: now),
            "events": Wording.grouped(UInt64(max(device.events, 0))),
            "highest": Wording.grouped(device.journals.first?.highest ?? 0),
            "journals": optional(device.journals.count > 1 ? "\(device.journals.count) journals" : nil),
            "isComplete": missing == 0 && dropped == 0 && conflicts == 0,
            "missing": optional(missing > 0 ? "\(Wording.grouped(missing)) not delivered yet" : nil),
            "dropped": optional(dropped > 0 ? "\(Wording.grouped(dropped)) dropped on the device" : nil),
            "conflicts": optional(conflicts > 0 ? "\(conflicts) sent twice with other contents" : nil),
        ]
    }

    static let template = """
        {{<layout}}{{$title}}Devices{{/title}}{{$onDevices}} aria-current="page"{{/onDevices}}
        {{$main}}
        <section class="plain" aria-labelledby="devices-title">
        <div class="list-head"><h1 id="devices-title">{{headline}}</h1></div>
        {{#hasDevices}}
        <div class="table-wrap" id="devices" tabindex="0" role="region" aria-labelledby="devices-title">
        <table class="devices">
        <thead><tr><th scope="col">Device</th><th scope="col">Last delivery</th><th scope="col" class="n">Events</th><th scope="col" class="n">Last number</th><th scope="col">Record</th></tr></thead>
        <tbody>
        {{#devices}}
        <tr>
        <th scope="row"><a href="{{address}}">{{name}}</a><span class="sub">{{#system}}{{system}} · {{/system}}{{#version}}Sluice {{version}} · {{/version}}<code>{{uid}}</code></span></th>
        <td><time datetime="{{lastSeen.iso}}" data-full title="{{lastSeen.date}}, {{lastSeen.time}} UTC" data-title>{{ago}}</time></td>
        <td class="n">{{events}}</td>
        <td class="n">{{highest}}{{#journals}}<span class="sub">{{journals}}</span>{{/journals}}</td>
        <td>{{#isComplete}}<span class="ok"><svg class="icon" aria-hidden="true"><use href="#i-allow"/></svg>Complete</span>{{/isComplete}}{{#missing}}<span class="flag f-wait">{{missing}}</span>{{/missing}}{{#dropped}}<span class="flag f-bad">{{dropped}}</span>{{/dropped}}{{#conflicts}}<span class="flag f-bad">{{conflicts}}</span>{{/conflicts}}</td>
        </tr>
        {{/devices}}
        </tbody>
        </table>
        </div>
        <p class="note">Every event has a number in its device's journal. Complete means that all numbers up to the last one are here.</p>
        {{/hasDevices}}
        {{^hasDevices}}
        <div class="empty">
        <svg class="empty-mark" aria-hidden="true"><use href="#i-device"/></svg>
        <h2>No device has delivered yet</h2>
        <p>A device appears with its first event. Give its agent the address of this collector and the enrolment token:</p>
        <ol class="steps"><li><span>On the device:</span><code>sluice agent run --collector http://127.0.0.1:7790 --enrolment-token-file FILE</code></li></ol>
        </div>
        {{/hasDevices}}
        </section>
        {{/main}}{{/layout}}
        """
}
