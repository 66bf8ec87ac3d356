"""LangChain's standard integration tests for its three chat models. CLIENT_URL is the server's address."""

import os
import sys

import pytest
from langchain_anthropic import ChatAnthropic
from langchain_ollama import ChatOllama
from langchain_openai import ChatOpenAI
from langchain_tests.integration_tests import ChatModelIntegrationTests

URL = os.environ['CLIENT_URL']
MODEL = 'claude-sonnet'


class Claude(ChatModelIntegrationTests):
    """What holds for Claude with any of the three APIs."""

    @property
    def supports_image_inputs(self):
        return True

    @property
    def has_tool_choice(self):
        return True


class TestChatOllama(Claude):
    @property
    def chat_model_class(self):
        return ChatOllama

    @property
    def chat_model_params(self):
        return {'model': MODEL, 'base_url': URL}

    @property
    def supports_json_mode(self):
        return True

    @property
    def has_tool_choice(self):
        # ChatOllama.bind_tools ignores tool_choice.
        return False


class TestChatOpenAI(Claude):
    @property
    def chat_model_class(self):
        return ChatOpenAI

    @property
    def chat_model_params(self):
        return {'model': MODEL, 'base_url': f'{URL}/v1', 'api_key': 'none', 'max_retries': 0, 'stream_usage': True}


class TestChatAnthropic(Claude):
    @property
    def chat_model_class(self):
        return ChatAnthropic

    @property
    def chat_model_params(self):
        return {'model': MODEL, 'base_url': URL, 'api_key': 'none', 'max_retries': 0}


if __name__ == '__main__':
    # One event loop for all tests, because the clients keep connections of the loop in which they were used first.
    options = ['asyncio_mode=auto', 'asyncio_default_test_loop_scope=session', 'asyncio_default_fixture_loop_scope=session']
    arguments = [argument for option in options for argument in ('-o', option)]
    raise SystemExit(pytest.main([__file__, '-p', 'no:cacheprovider', *arguments, *sys.argv[1:]]))
