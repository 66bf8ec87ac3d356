"""OpenAI's client for Python with the Responses API."""

import json

import openai
from program import IMAGE_URL, INPUT, PROMPTS, SCHEMA, TOOL, TOOL_RESULTS, error_of, features_of, run

CLIENT = openai.OpenAI(base_url=f'{INPUT.url}/v1', api_key='none', max_retries=0)
FUNCTION_TOOL = {'type': 'function', **TOOL}


def create(prompt, **more):
    return CLIENT.responses.create(model=INPUT.model, input=prompt, **more)


def answer_calls(items, response, calls):
    """Whether the response has calls. Adds its items and the results to the next input."""
    found = [item for item in response.output if item.type == 'function_call']
    items += response.output
    for call in found:
        arguments = json.loads(call.arguments)
        calls.append([call.name, arguments])
        output = TOOL_RESULTS[arguments['city']]
        items.append({'type': 'function_call_output', 'call_id': call.call_id, 'output': output})
    return found != []


def tool_round(prompt):
    items, calls = [{'role': 'user', 'content': prompt}], []
    while True:
        response = create(items, tools=[FUNCTION_TOOL])
        if not answer_calls(items, response, calls):
            return {'calls': calls, 'text': response.output_text}


def streamed_tool_round(prompt):
    items, calls, pieces = [{'role': 'user', 'content': prompt}], [], []
    while True:
        with CLIENT.responses.stream(model=INPUT.model, input=items, tools=[FUNCTION_TOOL]) as stream:
            pieces += [event.delta for event in stream if event.type == 'response.output_text.delta']
            response = stream.get_final_response()
        if not answer_calls(items, response, calls):
            return {'calls': calls, 'pieces': pieces}


class Features:
    def chat(self):
        return {'text': create(PROMPTS.chat, instructions=INPUT.system).output_text}

    def usage(self):
        usage = create(PROMPTS.usage).usage
        return {'usage': [usage.input_tokens, usage.output_tokens]}

    def stream(self):
        events = create(PROMPTS.stream, stream=True)
        return {'pieces': [event.delta for event in events if event.type == 'response.output_text.delta']}

    def thinking(self):
        response = create(PROMPTS.thinking, reasoning={'effort': 'high', 'summary': 'auto'})
        summaries = [part.text for item in response.output if item.type == 'reasoning' for part in item.summary]
        return {'thinking': ''.join(summaries), 'text': response.output_text}

    def tool(self):
        return tool_round(PROMPTS.tool)

    def streamedTool(self):
        return streamed_tool_round(PROMPTS.streamedTool)

    def parallelTools(self):
        return tool_round(PROMPTS.parallelTools)

    def streamedParallelTools(self):
        return streamed_tool_round(PROMPTS.streamedParallelTools)

    def schema(self):
        text = {'format': {'type': 'json_schema', 'name': 'animal', 'schema': SCHEMA}}
        return {'object': json.loads(create(PROMPTS.schema, text=text).output_text)}

    def image(self):
        content = [
            {'type': 'input_text', 'text': PROMPTS.image},
            {'type': 'input_image', 'image_url': IMAGE_URL},
        ]
        return {'text': create([{'role': 'user', 'content': content}]).output_text}

    def history(self):
        items = [{'role': 'user', 'content': PROMPTS.history}]
        items += create(items).output
        items.append({'role': 'user', 'content': PROMPTS.historyNext})
        return {'text': create(items).output_text}

    def cancel(self):
        stream = create(PROMPTS.cancel, stream=True)
        pieces = []
        for event in stream:
            if event.type == 'response.output_text.delta':
                pieces.append(event.delta)
                break
        stream.close()
        return {'pieces': pieces}

    def apiError(self):
        return error_of(lambda: create(PROMPTS.apiError))

    def unknownModel(self):
        return error_of(lambda: CLIENT.responses.create(model=INPUT.unknownModel, input=PROMPTS.unknownModel))

    def countTokens(self):
        counted = CLIENT.responses.input_tokens.count(model=INPUT.model, input=PROMPTS.countTokens)
        return {'tokens': counted.input_tokens}


run('openai', features_of(Features()))
