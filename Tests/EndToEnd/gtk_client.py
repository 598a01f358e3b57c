"""A GTK application for the clipboard's tests: gtk_client.py NAME set TEXT | get [TARGET]. NAME becomes the class of its windows."""

import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

name, command, *rest = sys.argv[1:]
GLib.set_prgname(name)
Gdk.set_program_class(name)
Gtk.init([])
window = Gtk.Window(title=name)
window.show()
clipboard = Gtk.Clipboard.get(Gdk.SELECTION_CLIPBOARD)


def settle():
    while Gtk.events_pending():
        Gtk.main_iteration()


settle()
if command == "set":
    clipboard.set_text(rest[0], -1)
    print("set", flush=True)
    Gtk.main()
elif command == "get":
    if rest:
        content = clipboard.wait_for_contents(Gdk.Atom.intern(rest[0], False))
        sys.stdout.buffer.write(content.get_data() if content else b"")
    else:
        sys.stdout.write(clipboard.wait_for_text() or "")
