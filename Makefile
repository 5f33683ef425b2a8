# The commands of this checkout. What a gate does stands in noxfile.py, nowhere else.

LINTERS := ruff mypy ansible-lint docs yamllint extra-checks changelog
GATES := integration sanity molecule spring unit $(LINTERS)

export PATH := $(CURDIR)/.venv/bin:$(PATH)

.PHONY: help
help: ## Show this text
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 16

.PHONY: setup
setup: ## Install what is needed: .venv, redis-server
	@.ci/setup

.PHONY: setup-java
setup-java: ## Install what the Spring tests need besides: JDK 17, Maven, jq, kubectl
	@.ci/setup java

.PHONY: setup-clients
setup-clients: ## Install what the tests of every dialect and library need besides: Docker's client, systemd, Go, Node.js
	@.ci/setup java clients

.PHONY: demo
demo: setup ## Provision dev, staging and prod on a local AWS, and configure application hosts
	@tests/demo

.PHONY: test
test: setup-java ## Run every gate, side by side
	@python .ci/gates.py $(GATES)

.PHONY: lint
lint: setup ## Run the linters, side by side
	@python .ci/gates.py $(LINTERS)

.PHONY: unit integration molecule sanity
unit: ## Run the unit tests
integration: ## Run the tests against the sandbox
molecule: ## Run the role's scenarios
sanity: ## Run ansible-test sanity
unit integration molecule sanity: setup
	@nox --session $@

.PHONY: test-spring
test-spring: setup-clients ## Boot real applications of every Spring Boot line with the rendered configuration
	@nox --session spring-all

.PHONY: integration-all
integration-all: setup ## Run the tests against the sandbox, those too that take long
	@nox --session integration -- -m ""

.PHONY: bench
bench: setup ## Measure what the access patterns cost
	@PYTHONPATH=tests:collections python -m bench

.PHONY: test-clients
test-clients: setup-clients ## Use real Redis libraries with the rendered settings: redis-py, ioredis, go-redis, Jedis, Redisson
	@pytest tests/clients

.PHONY: test-all
test-all: ## Run every gate, then all that takes long: make test, integration-all, test-spring, test-clients
	@$(MAKE) test
	@$(MAKE) integration-all
	@$(MAKE) test-spring
	@$(MAKE) test-clients

.PHONY: docs
docs: setup ## Write the generated documentation
	@python .ci/docs.py

.PHONY: clean
clean: ## Stop the sandbox, remove what was installed and built
	@if [ -x .venv/bin/python ]; then PYTHONPATH=tests python -m sandbox down; fi
	rm -rf .venv .cache .nox .ansible .sandbox .pytest_cache .ruff_cache .hypothesis tests/output
