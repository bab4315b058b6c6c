# Two commands matter: `make run` and `make test`. Both first install what is missing.

.DEFAULT_GOAL := help
.PHONY: help run demo gallery soak fuzz test check clean tools

help: ## Say what can be made
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

run: ## Start the app (on a machine without a display: show it in a virtual one)
	@scripts/bootstrap.sh build
	@scripts/run.sh

demo: ## Run the app in a virtual display, send it an order, write pictures to target/demo/
	@scripts/bootstrap.sh test
	@scripts/build-app.sh
	@scripts/demo.sh

test: ## Run every test
	@scripts/bootstrap.sh test
	@scripts/test.sh all

gallery: ## Take a picture of every screen in both languages, both themes and three widths: target/gallery/index.html
	@scripts/bootstrap.sh test
	@npm --prefix ui run --silent build
	@rm -rf ui/e2e/results
	@cd ui && CHAPFOOD_EVERY_LOOK=1 npx playwright test looks
	@node scripts/gallery.mjs $(DESIGN)

soak: ## Put the hub and stations through every fault at length, and print what became of it (about half an hour)
	@scripts/bootstrap.sh test
	@cargo build --locked --package chapfood-cli --package chapfood-browser
	@CHAPFOOD_ROUNDS=1000 cargo test --locked --quiet --package chapfood-client --test leaks
	@npm --prefix tests/faults run --silent soak

fuzz: ## Feed the decoders with what libFuzzer thinks of, ten minutes each (CHAPFOOD_FUZZ_SECONDS=600)
	@scripts/bootstrap.sh test
	@scripts/fuzz.sh long

check: ## Run the quick checks only: layout, formatting, lints, the UI's own tests
	@scripts/bootstrap.sh check
	@scripts/test.sh quick

tools: ## Install what `make run` and `make test` need, and nothing else
	@scripts/bootstrap.sh test

clean: ## Remove everything that was built or installed inside this folder
	rm -rf target gen ui/dist ui/node_modules tests/stock/node_modules tests/window/node_modules fuzz/corpus fuzz/artifacts
