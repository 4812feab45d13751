"""The console's interface: state, events and talk over HTTP and websockets; nothing but views of other rooms."""
