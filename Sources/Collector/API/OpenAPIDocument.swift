/// The description of the API in OpenAPI 3.1, served at `/api/v1/openapi.json`.
enum OpenAPIDocument {
    static let text = #"""
        {
          "openapi": "3.1.0",
          "info": {
            "title": "Sluice collector",
            "version": "1",
            "description": "Takes the events of Sluice agents and gives them out. Events are OCSF 1.5 Data Security Findings (class_uid 2006) with the extension object unmapped.sluice.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" }
          },
          "paths": {
            "/api/v1/events": {
              "post": {
                "operationId": "appendEvents",
                "summary": "Deliver a batch of events",
                "description": "Answered with 200 only after the events are durable. Idempotent: an event is named by (device, journal, sequence); what is held already is not stored again.",
                "security": [{ "enrolment": [] }],
                "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Batch" } } } },
                "responses": {
                  "200": { "description": "Committed.", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Committed" } } } },
                  "400": { "$ref": "#/components/responses/Failure" },
                  "401": { "$ref": "#/components/responses/Failure" },
                  "403": { "$ref": "#/components/responses/Failure" },
                  "413": { "$ref": "#/components/responses/Failure" },
                  "429": { "$ref": "#/components/responses/Later" },
                  "503": { "$ref": "#/components/responses/Later" }
                }
              },
              "get": {
                "operationId": "listEvents",
                "summary": "Events, newest first",
                "description": "Open to the collector's own machine only.",
                "parameters": [
                  { "name": "limit", "in": "query", "schema": { "type": "integer", "minimum": 1, "maximum": 500, "default": 100 } },
                  { "name": "after", "in": "query", "description": "The cursor `next` of the page before.", "schema": { "type": "string" } },
                  { "name": "q", "in": "query", "description": "An event's id, its last four characters, or words of title and rule.", "schema": { "type": "string", "maxLength": 100 } },
                  { "name": "range", "in": "query", "schema": { "enum": ["1h", "24h", "7d", "30d"] } },
                  { "name": "since", "in": "query", "description": "Milliseconds since 1970.", "schema": { "type": "integer" } },
                  { "name": "until", "in": "query", "description": "Milliseconds since 1970, exclusive.", "schema": { "type": "integer" } },
                  { "name": "action", "in": "query", "schema": { "type": "array", "items": { "enum": ["allow", "coach", "redact", "justify", "reroute", "block"] } }, "explode": true },
                  { "name": "class", "in": "query", "schema": { "type": "array", "items": { "type": "string" } }, "explode": true },
                  { "name": "tier", "in": "query", "schema": { "type": "array", "items": { "enum": ["approved", "tolerated", "unapproved", "forbidden"] } }, "explode": true },
                  { "name": "provider", "in": "query", "schema": { "type": "array", "items": { "type": "string" } }, "explode": true },
                  { "name": "application", "in": "query", "schema": { "type": "array", "items": { "type": "string" } }, "explode": true },
                  { "name": "user", "in": "query", "schema": { "type": "array", "items": { "type": "string" } }, "explode": true },
                  { "name": "device", "in": "query", "schema": { "type": "array", "items": { "type": "string" } }, "explode": true }
                ],
                "responses": {
                  "200": {
                    "description": "A page.",
                    "content": { "application/json": { "schema": {
                      "type": "object",
                      "required": ["events", "next"],
                      "properties": {
                        "events": { "type": "array", "items": { "$ref": "#/components/schemas/Event" } },
                        "next": { "type": ["string", "null"] }
                      }
                    } } }
                  },
                  "403": { "$ref": "#/components/responses/Failure" }
                }
              }
            },
            "/api/v1/events/{id}": {
              "get": {
                "operationId": "getEvent",
                "summary": "One event, by its id or the id of one of its updates",
                "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string", "minLength": 26, "maxLength": 26 } }],
                "responses": {
                  "200": { "description": "The event.", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Event" } } } },
                  "404": { "$ref": "#/components/responses/Failure" }
                }
              }
            }
          },
          "components": {
            "securitySchemes": { "enrolment": { "type": "http", "scheme": "bearer" } },
            "schemas": {
              "Event": { "type": "object", "description": "OCSF Data Security Finding; the full schema is agent-config/schema/event.schema.json of the product.", "required": ["class_uid", "metadata", "finding_info", "device", "unmapped"], "properties": { "class_uid": { "const": 2006 } } },
              "Batch": {
                "type": "object",
                "required": ["device", "journal", "oldest", "events"],
                "properties": {
                  "device": { "type": "string", "maxLength": 80 },
                  "journal": { "type": "string", "maxLength": 80 },
                  "oldest": { "type": "integer", "description": "The lowest sequence that the device still holds." },
                  "events": { "type": "array", "maxItems": 500, "items": { "$ref": "#/components/schemas/Event" } }
                }
              },
              "Committed": { "type": "object", "required": ["committed"], "properties": { "committed": { "type": "integer", "description": "Everything up to this sequence is held." } } },
              "Failure": {
                "type": "object",
                "required": ["error"],
                "properties": { "error": { "type": "object", "required": ["code", "message"], "properties": { "code": { "type": "string" }, "message": { "type": "string" } } } }
              }
            },
            "responses": {
              "Failure": { "description": "Refused; the code is for programs, the message for people.", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Failure" } } } },
              "Later": { "description": "Come again after Retry-After seconds.", "headers": { "Retry-After": { "schema": { "type": "integer" } } }, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Failure" } } } }
            }
          }
        }
        """#
}
