"""The suite's own score: how many wrong implementations the cases catch, and how many right ones they blame."""
