# fails: POST /items answers 200
from fastapi import FastAPI

app = FastAPI()


@app.post("/items")
def create_item(name: str, price: float):
    return {"name": name, "price_with_tax": round(price * 1.1, 2)}
