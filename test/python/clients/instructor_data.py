"""Instructor: data from chats. The argument names its mode."""

import sys

import instructor
import openai
from program import INPUT, PROMPTS, error_of, features_of, run
from pydantic import BaseModel

MODE = instructor.Mode[sys.argv[1]]
OPENAI = openai.OpenAI(base_url=f'{INPUT.url}/v1', api_key='none', max_retries=0)
CLIENT = instructor.from_openai(OPENAI, mode=MODE)


class Animal(BaseModel):
    name: str
    legs: int
    colors: list[str]


def create(prompt, model=INPUT.model):
    messages = [{'role': 'user', 'content': prompt}]
    return CLIENT.chat.completions.create(
        model=model, messages=messages, response_model=Animal, max_retries=0
    )


class Features:
    def schema(self):
        return {'object': create(PROMPTS.schema).model_dump()}

    def apiError(self):
        return error_of(lambda: create(PROMPTS.apiError))

    def unknownModel(self):
        return error_of(lambda: create(PROMPTS.unknownModel, INPUT.unknownModel))


run('instructor', features_of(Features()))
