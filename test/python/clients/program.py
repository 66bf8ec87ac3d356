"""What all client programs share: the input, and one line of output for each feature. See test/support/clientSuite."""

import json
import sys
import traceback
from importlib.metadata import version
from types import SimpleNamespace

INPUT = json.loads(sys.stdin.readline(), object_hook=lambda fields: SimpleNamespace(**fields))
PROMPTS = INPUT.prompts


def plain(value):
    """The value as JSON: the inputs are objects with attributes."""
    if isinstance(value, SimpleNamespace):
        return {name: plain(item) for name, item in vars(value).items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


TOOL = plain(INPUT.tool)
SCHEMA = plain(INPUT.schema)
TOOL_RESULTS = plain(INPUT.toolResults)
FUNCTION = {'type': 'function', 'function': TOOL}
IMAGE_URL = f'data:image/png;base64,{INPUT.image}'


def get_weather(city: str) -> str:
    """The weather of a city."""
    return TOOL_RESULTS[city]


def run(package, features):
    """Runs the wanted features, functions by name, and prints what each one returns."""
    write({'version': version(package)})
    for name in INPUT.features:
        try:
            write({'feature': name, 'observed': features[name]()})
        except Exception:
            write({'feature': name, 'failure': traceback.format_exc(limit=-3)})


def write(line):
    print(json.dumps(line, ensure_ascii=False), flush=True)


def features_of(owner):
    """The public methods of an object, by name."""
    return {name: getattr(owner, name) for name in dir(owner) if not name.startswith('_')}


def error_of(action):
    """The error of an action as {status, message}; no error is a failure of the test."""
    try:
        action()
    except Exception as error:
        status = getattr(error, 'status_code', None)
        found = {'message': str(error)}
        if isinstance(status, int):
            found['status'] = status
        return {'error': found}
    return {}
