"""Ollama's own client for Python."""

import ollama
from program import FUNCTION, INPUT, PROMPTS, SCHEMA, TOOL_RESULTS, error_of, features_of, run

import base64
import json

CLIENT = ollama.Client(host=INPUT.url)


def chat(prompt, **more):
    return CLIENT.chat(model=INPUT.model, messages=[{'role': 'user', 'content': prompt}], **more)


def tool_round(prompt, stream):
    """Answers the calls of the first answer, as Ollama's documentation shows it."""
    messages = [{'role': 'user', 'content': prompt}]
    calls, pieces = [], []
    while True:
        answer = CLIENT.chat(model=INPUT.model, messages=messages, tools=[FUNCTION], stream=stream)
        parts = list(answer) if stream else [answer]
        texts = [part.message.content for part in parts if part.message.content]
        found = [call for part in parts for call in part.message.tool_calls or []]
        pieces += texts
        if not found:
            return {'calls': calls, 'text': texts[-1], 'pieces': pieces}
        messages.append({'role': 'assistant', 'content': ''.join(texts), 'tool_calls': found})
        for call in found:
            arguments = dict(call.function.arguments)
            calls.append([call.function.name, arguments])
            result = TOOL_RESULTS[arguments['city']]
            messages.append({'role': 'tool', 'tool_name': call.function.name, 'content': result})


class Features:
    def models(self):
        return {'models': [model.model for model in CLIENT.list().models]}

    def chat(self):
        messages = [{'role': 'system', 'content': INPUT.system}, {'role': 'user', 'content': PROMPTS.chat}]
        return {'text': CLIENT.chat(model=INPUT.model, messages=messages).message.content}

    def usage(self):
        answer = chat(PROMPTS.usage)
        return {'usage': [answer.prompt_eval_count, answer.eval_count]}

    def stream(self):
        pieces = [part.message.content for part in chat(PROMPTS.stream, stream=True)]
        return {'pieces': [piece for piece in pieces if piece]}

    def thinking(self):
        message = chat(PROMPTS.thinking, think=True).message
        return {'thinking': message.thinking, 'text': message.content}

    def tool(self):
        return tool_round(PROMPTS.tool, False)

    def streamedTool(self):
        return tool_round(PROMPTS.streamedTool, True)

    def parallelTools(self):
        return tool_round(PROMPTS.parallelTools, False)

    def streamedParallelTools(self):
        return tool_round(PROMPTS.streamedParallelTools, True)

    def schema(self):
        return {'object': json.loads(chat(PROMPTS.schema, format=SCHEMA).message.content)}

    def image(self):
        message = {'role': 'user', 'content': PROMPTS.image, 'images': [base64.b64decode(INPUT.image)]}
        return {'text': CLIENT.chat(model=INPUT.model, messages=[message]).message.content}

    def history(self):
        messages = [{'role': 'user', 'content': PROMPTS.history}]
        messages.append(CLIENT.chat(model=INPUT.model, messages=messages).message)
        messages.append({'role': 'user', 'content': PROMPTS.historyNext})
        return {'text': CLIENT.chat(model=INPUT.model, messages=messages).message.content}

    def cancel(self):
        parts = chat(PROMPTS.cancel, stream=True)
        first = next(parts).message.content
        parts.close()
        return {'pieces': [first]}

    def apiError(self):
        return error_of(lambda: chat(PROMPTS.apiError))

    def unknownModel(self):
        messages = [{'role': 'user', 'content': PROMPTS.unknownModel}]
        return error_of(lambda: CLIENT.chat(model=INPUT.unknownModel, messages=messages))

    def embeddings(self):
        return error_of(lambda: CLIENT.embed(model=INPUT.model, input=PROMPTS.embeddings))


run('ollama', features_of(Features()))
